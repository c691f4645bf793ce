package checkpoint

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"rewriting/compute"
)

// State is a dictionary of tensors that must be used up: every name is either taken, with the shape that is
// expected, or explicitly ignored. It is how weights are loaded strictly.
type State struct {
	file    string
	names   []string
	tensors map[string]*Tensor
	left    map[string]bool
	budget  int // elements that may still be fetched
}

// State finds a dictionary of tensors inside the file's object: path lists the text keys to follow, none for the object itself.
func (f *File) State(path ...string) (*State, error) {
	v := f.Root
	for i, key := range path {
		d, ok := v.(*Dict)
		if ok {
			v, ok = d.Get(key)
		}
		if !ok {
			return nil, fmt.Errorf("%s: no entry %q", f.name, strings.Join(path[:i+1], "."))
		}
	}
	d, ok := v.(*Dict)
	if !ok {
		return nil, fmt.Errorf("%s: the object %q is no dictionary of tensors", f.name, strings.Join(path, "."))
	}
	return f.stateOf(d)
}

func (f *File) stateOf(d *Dict) (*State, error) {
	// Tensors may share storage, which real files do a little and a hostile file could do without end.
	s := &State{file: f.name, tensors: map[string]*Tensor{}, left: map[string]bool{}, budget: 4 * int(f.size)}
	for _, k := range d.keys {
		key, ok := k.(string)
		if !ok {
			return nil, fmt.Errorf("%s: key %v where a tensor's name belongs", f.name, k)
		}
		t, ok := d.entries[k].(*Tensor)
		if !ok {
			return nil, fmt.Errorf("%s: entry %q is no tensor", f.name, key)
		}
		s.names = append(s.names, key)
		s.tensors[key] = t
		s.left[key] = true
	}
	return s, nil
}

// Names lists all tensors in the order of the file.
func (s *State) Names() []string { return slices.Clone(s.names) }

// Has reports whether a tensor exists.
func (s *State) Has(name string) bool { return s.tensors[name] != nil }

// Shape returns a tensor's shape, nil where there is none.
func (s *State) Shape(name string) []int {
	if t := s.tensors[name]; t != nil {
		return slices.Clone(t.Shape)
	}
	return nil
}

// Rename gives a tensor another name, as needed for files that follow another naming.
func (s *State) Rename(from, to string) error {
	t := s.tensors[from]
	if t == nil || s.tensors[to] != nil {
		return fmt.Errorf("%s: cannot read tensor %q as %q: missing, or both exist", s.file, from, to)
	}
	s.names[slices.Index(s.names, from)] = to
	s.tensors[to], s.left[to] = t, s.left[from]
	delete(s.tensors, from)
	delete(s.left, from)
	return nil
}

// Unsqueeze adds dimensions of one before and after those of a tensor; a missing tensor is left to Take.
func (s *State) Unsqueeze(name string, before, after int) {
	t := s.tensors[name]
	if t == nil {
		return
	}
	wide := *t
	wide.Shape = slices.Concat(slices.Repeat([]int{1}, before), t.Shape, slices.Repeat([]int{1}, after))
	wide.strides = slices.Concat(slices.Repeat([]int{0}, before), t.strides, slices.Repeat([]int{0}, after))
	s.tensors[name] = &wide
}

// Take fetches a tensor of exactly this shape; a dimension of -1 fits any positive length. A missing tensor, one of another
// shape, and one with a value that is not finite are errors that name it.
func (s *State) Take(name string, shape ...int) (*compute.Tensor, error) {
	t := s.tensors[name]
	if t == nil {
		return nil, fmt.Errorf("%s: tensor %q is missing", s.file, name)
	}
	if s.budget -= t.Len(); s.budget < 0 {
		return nil, fmt.Errorf("%s: tensor %q: the tensors together are many times larger than the file", s.file, name)
	}
	data, err := t.strict(shape)
	if err != nil {
		return nil, fmt.Errorf("%s: tensor %q %w", s.file, name, err)
	}
	delete(s.left, name)
	return data, nil
}

// Tensor fetches one tensor from the file's outermost dictionary, as strictly as State.Take.
func (f *File) Tensor(key string, shape ...int) (*compute.Tensor, error) {
	d, _ := f.Root.(*Dict)
	var t *Tensor
	if d != nil {
		v, _ := d.Get(key)
		t, _ = v.(*Tensor)
	}
	if t == nil {
		return nil, fmt.Errorf("%s: tensor %q is missing", f.name, key)
	}
	data, err := t.strict(shape)
	if err != nil {
		return nil, fmt.Errorf("%s: tensor %q %w", f.name, key, err)
	}
	return data, nil
}

// strict fetches the elements if the shape is the expected one and all of them are finite.
func (t *Tensor) strict(shape []int) (*compute.Tensor, error) {
	if !fits(t.Shape, shape) {
		return nil, fmt.Errorf("has shape %v, expected %s", t.Shape, pattern(shape))
	}
	data, err := t.Float32()
	if err != nil {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	for i, v := range data.Data {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return nil, fmt.Errorf("holds %v at element %d", v, i)
		}
	}
	return data, nil
}

// Ignore marks tensors as known and not needed; those that do not exist are passed over.
func (s *State) Ignore(names ...string) {
	for _, n := range names {
		delete(s.left, n)
	}
}

// Finish reports the first tensor, in the order of the file, that nothing used.
func (s *State) Finish() error {
	for _, n := range s.names {
		if s.left[n] {
			more := ""
			if len(s.left) > 1 {
				more = fmt.Sprintf(" (and %d more)", len(s.left)-1)
			}
			return fmt.Errorf("%s: unexpected tensor %q%s", s.file, n, more)
		}
	}
	return nil
}

func fits(shape, want []int) bool {
	return slices.EqualFunc(shape, want, func(a, b int) bool { return a == b || b < 0 && a > 0 })
}

func pattern(shape []int) string {
	return strings.ReplaceAll(fmt.Sprint(shape), "-1", "*")
}
