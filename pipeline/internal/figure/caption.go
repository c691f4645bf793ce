package figure

import (
	"fmt"
	"strings"

	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/source"
)

// caption gathers what stands below a figure.
type caption struct {
	number int
	figure entry
	config string
	lines  []string
}

func (c *caption) say(format string, args ...any) {
	c.lines = append(c.lines, fmt.Sprintf(format, args...))
}

// settings tells what a result was made with.
func (c *caption) settings(r *report.Result) {
	for _, f := range r.Facts {
		c.say("%s: %s.", f.Name, f.Value)
	}
	for _, row := range r.Rows {
		if row.Title != r.Reference {
			continue
		}
		var set []string
		for _, f := range row.Params {
			set = append(set, f.Name+" "+f.Value)
		}
		c.say("%s: %s.", row.Title, strings.Join(set, ", "))
	}
	for _, section := range r.Provenance {
		if section.Title != "Inputs" && section.Title != "Program" {
			continue
		}
		for _, f := range section.Facts {
			if f.Name != "CPU features" { // of the machine; kernels tell what was used
				c.say("%s: %s.", f.Name, f.Value)
			}
		}
	}
}

// inputs tells the generator and the session of an experiment that was computed for the figure.
func (c *caption) inputs(all []source.Input) {
	for _, in := range all {
		if in.Role == "generator" || in.Role == "session" {
			c.say("%s %s: sha256 %s.", in.Role, in.Name, in.SHA256)
		}
	}
}

// text is the caption as a file: a paragraph a line.
func (c *caption) text() string {
	head := fmt.Sprintf("Figure %d. %s", c.number, c.figure.title)
	return head + "\n\n" + strings.Join(c.lines, "\n") + "\n"
}

// cannot is the error of a run that lacks what the figure shows.
func (c *caption) cannot(format string, args ...any) error {
	return fmt.Errorf("figure %d of %s: %s", c.number, c.config, fmt.Sprintf(format, args...))
}
