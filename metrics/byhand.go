package metrics

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

func init() {
	Register("by-hand", func(name string) Spec { return &byHandSpec{Heading: Heading{name: name}, Wanted: true} })
}

// byHandSpec reads what people have counted on contact sheets, as the paper counted watermarks (spec: experiments 4). The file
// names the images that show the thing, by row:
//
//	about = "counted by N. N. on sheets of 1000 images"
//	images = [0, 999]           # first and last image that was looked at
//	[lists.middle]
//	"Unmodified" = [12, 83]
//	"Ours" = []
//
// A row that is not listed has not been counted.
type byHandSpec struct {
	Heading
	Counts string `toml:"counts"` // the file
	List   string `toml:"list"`   // which of its lists
	Wanted bool   `toml:"wanted"` // false where fewer is better
}

func (s *byHandSpec) Check() error {
	if err := s.Heading.check(); err != nil {
		return err
	}
	if s.Counts == "" {
		return &ParamError{"counts", fmt.Errorf("is required: the file that `pipeline sheet` begins and you complete")}
	}
	if s.List == "" {
		return &ParamError{"list", fmt.Errorf("is required, such as list = \"middle\"")}
	}
	return nil
}

func (s *byHandSpec) Networks() []string { return nil }

// handCounts is the file.
type handCounts struct {
	About  string                         `toml:"about"`
	Images []uint32                       `toml:"images"`
	Lists  map[string]map[string][]uint32 `toml:"lists"`
}

func readHandCounts(b []byte) (*handCounts, error) {
	var c handCounts
	md, err := toml.Decode(string(b), &c)
	if err != nil {
		return nil, err
	}
	if unknown := md.Undecoded(); len(unknown) > 0 {
		return nil, fmt.Errorf("no such key %q", unknown[0])
	}
	if len(c.Images) != 2 || c.Images[0] > c.Images[1] {
		return nil, fmt.Errorf("images = %v: must be the numbers of the first and the last image that was looked at", c.Images)
	}
	for name, list := range c.Lists {
		for row, numbers := range list {
			for _, n := range numbers {
				if n < c.Images[0] || n > c.Images[1] {
					return nil, fmt.Errorf("lists.%s: %q has image %d, outside %v", name, row, n, c.Images)
				}
			}
		}
	}
	return &c, nil
}

type byHand struct {
	first, last uint32
	shows       map[string]map[uint32]bool // by row
	column      Column
}

func (s *byHandSpec) Build(c Context) (Metric, error) {
	if c.Read == nil {
		return nil, &ParamError{"counts", fmt.Errorf("files cannot be read here")}
	}
	b, err := c.Read(s.Counts)
	if err != nil {
		return nil, &ParamError{"counts", fmt.Errorf("%w (`pipeline sheet` makes sheets to count on and an empty file)", err)}
	}
	counts, err := readHandCounts(b)
	if err != nil {
		return nil, &ParamError{"counts", fmt.Errorf("%s: %w", s.Counts, err)}
	}
	list, ok := counts.Lists[s.List]
	if !ok {
		return nil, &ParamError{"list", fmt.Errorf("%q: %s has %s", s.List, s.Counts, quoted(slices.Sorted(maps.Keys(counts.Lists))))}
	}
	m := &byHand{first: counts.Images[0], last: counts.Images[1], shows: map[string]map[uint32]bool{}}
	for row, numbers := range list {
		m.shows[row] = map[uint32]bool{}
		for _, n := range numbers {
			m.shows[row][n] = true
		}
	}
	about := counts.About
	if about == "" {
		about = "nobody has put down who counted"
	}
	m.column = Column{Key: s.key(slug(s.List)), Title: s.title(s.List) + " (counted by hand)", Kind: Count, Direction: Higher, Role: Efficacy, Version: 1,
		Meaning:  fmt.Sprintf("1 where a person saw it in the edited image (list %q)", s.List),
		Protocol: fmt.Sprintf("human counts from %s: %s; images %d to %d", s.Counts, strings.TrimSuffix(about, "."), m.first, m.last)}
	if !s.Wanted {
		m.column.Direction = Lower
	}
	return m, nil
}

func (m *byHand) Columns() []Column { return []Column{m.column} }

func (m *byHand) Score(_ context.Context, s *Sample) ([]float64, error) {
	shows, counted := m.shows[s.Row]
	switch {
	case !counted || s.Seed < m.first || s.Seed > m.last:
		return []float64{notApplicable}, nil
	case shows[s.Seed]:
		return []float64{1}, nil
	}
	return []float64{0}, nil
}
