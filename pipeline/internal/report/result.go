package report

import (
	"encoding/json"
	"math"

	"rewriting/metrics"
)

// Schema is the version of the JSON form of Result. A reader refuses newer ones.
const Schema = 1

// Result is everything a report shows, and the one source of all its forms: terminal, Markdown,
// CSV, LaTeX, JSON, HTML. It holds numbers and encoded pictures, no tensors. All fields except Times
// depend on the experiment alone, so that two runs of one experiment differ in Times only.
type Result struct {
	Schema     int              `json:"schema"`
	Title      string           `json:"title"`
	Paper      string           `json:"paper,omitempty"` // name of the published table compared with, such as "Table 1"
	Facts      []Fact           `json:"facts"`           // the experiment in a few lines: generator, layer, samples, preset
	Columns    []metrics.Column `json:"columns"`         // hidden ones are left out of tables
	Rows       []Row            `json:"rows"`            // one per method, in the order of the config
	Reference  string           `json:"reference"`       // Title of the row that differences are taken from; "" for none
	Session    *Session         `json:"session,omitempty"`
	Ranked     []Pair           `json:"ranked,omitempty"`   // images that respond most to the direction, best first
	Samples    []Sample         `json:"samples,omitempty"`  // some samples under every method
	Curves     []Curve          `json:"curves,omitempty"`   // losses of the methods that optimise
	Findings   []string         `json:"findings,omitempty"` // what the numbers show, computed by kinds of experiments that are no tables of methods
	Pictures   []Image          `json:"pictures,omitempty"` // of such kinds, with captions
	Provenance []Section        `json:"provenance"`
	Warnings   []string         `json:"warnings,omitempty"`
	Times      []Timing         `json:"times,omitempty"` // the only fields that differ between runs
}

// Fact is one line "Name: Value".
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Section is a headed list of facts, such as the networks with their hashes.
type Section struct {
	Title string `json:"title"`
	Facts []Fact `json:"facts"`
}

// Row is one method of the table.
type Row struct {
	Title   string          `json:"title"`             // unique, such as "Ours"
	Kind    string          `json:"kind"`              // the method's registered kind, such as "insert"
	Base    string          `json:"base,omitempty"`    // the method of the config that this row is one value of
	Swept   []Fact          `json:"swept,omitempty"`   // the values, where the config lists several
	Params  []Fact          `json:"params,omitempty"`  // settings that differ from, or pin, the defaults
	Samples int             `json:"samples,omitempty"` // it was scored on, the first of the others'; 0 where on all
	Failed  string          `json:"failed,omitempty"`  // why the row has no numbers; empty when it has
	Notes   []string        `json:"notes,omitempty"`
	Cells   map[string]Cell `json:"cells,omitempty"` // by column key
}

// Cell is one number of the table, in the column's shown unit (percent for "%").
type Cell struct {
	Value      Number      `json:"value"`              // NaN when no sample applies
	Low        Number      `json:"low"`                // 95 % interval
	High       Number      `json:"high"`               //
	Error      Number      `json:"standard_error"`     //
	Interval   string      `json:"interval"`           // "Wilson", "Student t", "bootstrap"
	N          int         `json:"n"`                  // samples that count
	Excluded   int         `json:"excluded,omitempty"` // samples to which the column does not apply
	Difference *Difference `json:"difference,omitempty"`
	Paper      *Number     `json:"paper,omitempty"`   // the published number, where the experiment has one
	PaperN     int         `json:"paper_n,omitempty"` // over how many samples it was published
}

// Difference is this row minus the reference row over the samples that count in both.
type Difference struct {
	Value    Number `json:"value"`
	Low      Number `json:"low"`
	High     Number `json:"high"`
	Interval string `json:"interval"`
	N        int    `json:"n"`
	Verdict  string `json:"verdict"` // "+" higher, "-" lower, "~" no difference shown
}

// Session shows what the user did, as in the paper's Fig. 7: what was copied, where it was pasted,
// and the regions of the context.
type Session struct {
	File    string  `json:"file,omitempty"`
	Object  *Image  `json:"object,omitempty"`  // outlined
	Paste   *Image  `json:"paste,omitempty"`   // with the box
	Context []Image `json:"context,omitempty"` // regions filled
	Goal    *Image  `json:"goal,omitempty"`    // the pasted picture that the edit aims at, if rendered
}

// Image is an encoded PNG.
type Image struct {
	PNG     []byte `json:"png"`
	Caption string `json:"caption,omitempty"`
	Of      string `json:"of,omitempty"` // what pictures that belong together show, such as a generator
}

// Pair is one image before and after the edit of the first edited row.
type Pair struct {
	Seed     uint32 `json:"seed"`
	Response Number `json:"response"` // largest response of the image to the direction
	Before   Image  `json:"before"`
	After    Image  `json:"after"`
}

// Sample is one seed under every method.
type Sample struct {
	Seed  uint32 `json:"seed"`
	Clean Image  `json:"clean"`
	Shots []Shot `json:"shots"` // in the order of Result.Rows, rows without pictures left out
}

// Shot is a sample under one method with its scores by column key (raw, one sample each).
type Shot struct {
	Row    string            `json:"row"` // Title of the row
	Image  Image             `json:"image"`
	Scores map[string]Number `json:"scores,omitempty"`
}

// Curve is a loss over the iterations of one method.
type Curve struct {
	Row   string    `json:"row"`
	Every int       `json:"every"` // iterations between two entries
	Loss  []float64 `json:"loss"`
}

// Timing is how long one part of the run took.
type Timing struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
}

// Number is a float64 that JSON writes as null when it is not finite.
type Number float64

// NaN reports whether the number is missing.
func (x Number) NaN() bool { return math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) }

// MarshalJSON writes null for numbers that are not finite.
func (x Number) MarshalJSON() ([]byte, error) {
	if x.NaN() {
		return []byte("null"), nil
	}
	return json.Marshal(float64(x))
}

// UnmarshalJSON reads null as NaN.
func (x *Number) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*x = Number(math.NaN())
		return nil
	}
	return json.Unmarshal(b, (*float64)(x))
}
