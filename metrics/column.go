package metrics

// Kind says how the samples of a column are summed.
type Kind string

const (
	// Rate is the share of samples that are 1 (the others are 0), with a Wilson interval.
	Rate Kind = "rate"
	// Mean is the mean of one number per sample, with a Student t interval.
	Mean Kind = "mean"
	// Ratio is pooled: the sum of this column over the sum of the column named Per, with a bootstrap
	// interval over samples.
	Ratio Kind = "ratio"
	// Count is the number of samples that are 1; its interval is that of the rate times n.
	Count Kind = "count"
	// Distance is a number of whole sets of images, such as an FID; samples have none.
	Distance Kind = "distance"
)

// Direction says which way a column improves.
type Direction string

const (
	Higher  Direction = "higher"  // more is better
	Lower   Direction = "lower"   // less is better
	Neutral Direction = "neutral" // neither: the column informs
)

// Role groups columns by the question they answer, so that a report can draw one against the other.
type Role string

const (
	Efficacy Role = "efficacy" // was the wanted change made
	Outside  Role = "outside"  // was anything else changed
	Target   Role = "target"   // how far from the known ideal picture
)

// Column describes one number per sample and how the numbers of all samples become one.
// A sample to which the column does not apply is NaN; it is left out of n and counted.
type Column struct {
	Key       string    `json:"key"`              // stable name, lower case, such as "smiling"
	Title     string    `json:"title"`            // heading of the table, such as "% smiling"
	Kind      Kind      `json:"kind"`             // how samples are summed
	Direction Direction `json:"direction"`        // which way it improves
	Role      Role      `json:"role,omitempty"`   // what the report may conclude from it
	Unit      string    `json:"unit,omitempty"`   // "%" is shown hundredfold; else the number as it is
	Digits    int       `json:"digits"`           // digits after the point in tables, in the shown unit
	Per       string    `json:"per,omitempty"`    // for Ratio: the key of the column of denominators
	Hidden    bool      `json:"hidden,omitempty"` // computed and stored, not shown
	Version   int       `json:"version"`          // raised whenever the meaning of the number changes
	Meaning   string    `json:"meaning"`          // what the number of one sample is, one sentence
	Protocol  string    `json:"protocol"`         // network and hash, value range, resizing, mask rule
}

// Scale is the factor from the raw number to the shown one: 100 for percentages, else 1.
func (c Column) Scale() float64 {
	if c.Unit == "%" {
		return 100
	}
	return 1
}
