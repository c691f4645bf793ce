package onnx

import (
	"context"
	"maps"
	"slices"

	"rewriting/compute"
)

// Wanted is a model and those of its outputs that somebody needs.
type Wanted struct {
	Model   *Model
	Outputs []string
}

// Stepwise computes a model in two steps: a tower that sees one picture, and a head that sees what the tower made of every
// input. A perceptual distance of two images, say, computes the features of either before it compares them, and
// whoever compares one image with many needs its features once. The results are those of RunOutputs bit for bit.
type Stepwise struct {
	tower *Model // of one input
	input string
	head  *Model      // its inputs are features; nil where all outputs are features
	read  [][]reading // by input of the model
	names []string    // of the outputs
}

// Features are what a tower made of a picture. They must not be written to.
type Features map[string]*Value

// reading is a feature under its two names.
type reading struct{ tower, head string }

// Towers takes models apart. Models with the same convolutions, such as a classifier and the distance between its features, get one
// tower, which computes for all of them what they have in common. A model that has no such form, because its inputs are treated
// differently or compared as they are, gets nil.
func Towers(wanted ...Wanted) []*Stepwise {
	apart := make([]*division, len(wanted))
	var groups [][]*division
	for i, w := range wanted {
		d := divide(w)
		if d == nil {
			continue
		}
		apart[i] = d
		at := slices.IndexFunc(groups, func(g []*division) bool { return d.like(g[0]) })
		if at < 0 {
			at, groups = len(groups), append(groups, nil)
		}
		groups[at] = append(groups[at], d)
	}
	made := map[*division]*Stepwise{}
	for _, g := range groups {
		var branches []*branch
		for _, d := range g {
			branches = append(branches, d.branches...)
		}
		tower, names, err := merge(branches)
		if err != nil {
			continue
		}
		for _, d := range g {
			if s, err := d.upon(tower, names[:len(d.branches)]); err == nil {
				made[d] = s
			}
			names = names[len(d.branches):]
		}
	}
	out := make([]*Stepwise, len(wanted))
	for i, d := range apart {
		out[i] = made[d]
	}
	return out
}

// Tower is the first step, a model of one input. Features of one picture serve everything that has the same.
func (s *Stepwise) Tower() *Model { return s.tower }

// Features is the first step.
func (s *Stepwise) Features(ctx context.Context, picture *compute.Tensor) (Features, error) {
	return s.tower.Run(ctx, map[string]*Value{s.input: FromTensor(picture)})
}

// Outputs is the second step. It takes the features of the model's inputs in order, and computes the wanted outputs.
func (s *Stepwise) Outputs(ctx context.Context, of ...Features) (map[string]*Value, error) {
	if len(of) != len(s.read) {
		return nil, s.tower.errorf("features of %d pictures, wants %d", len(of), len(s.read))
	}
	inputs := map[string]*Value{}
	for i, readings := range s.read {
		for _, r := range readings {
			inputs[r.head] = of[i][r.tower]
		}
	}
	if s.head == nil {
		return inputs, nil
	}
	out, err := s.head.Run(ctx, pick(inputs, s.head))
	if err != nil {
		return nil, err
	}
	for _, name := range s.names {
		if out[name] == nil {
			out[name] = inputs[name]
		}
	}
	return out, nil
}

// pick leaves out features that are outputs as they are.
func pick(values map[string]*Value, m *Model) map[string]*Value {
	needed := maps.Clone(values)
	maps.DeleteFunc(needed, func(name string, _ *Value) bool { return !m.isInput(name) })
	return needed
}

// upon makes the two steps out of a tower, given the names that the features of every branch have there.
func (d *division) upon(tower *Model, names []map[string]string) (*Stepwise, error) {
	s := &Stepwise{tower: tower, input: tower.inputs[0].Name, names: d.outputs}
	var ports []Port
	for i, b := range d.branches {
		var readings []reading
		for _, value := range b.features {
			readings = append(readings, reading{names[i][value], value})
			if b.compared[value] {
				ports = append(ports, Port{Name: value})
			}
		}
		s.read = append(s.read, readings)
	}
	if len(d.head) == 0 {
		return s, nil
	}
	var outputs []string
	made := map[string]bool{}
	for _, n := range d.head {
		for _, name := range n.outputs {
			made[name] = true
		}
	}
	for _, name := range d.outputs {
		if made[name] {
			outputs = append(outputs, name)
		}
	}
	var err error
	s.head, err = d.model.portion(ports, d.head, outputs)
	return s, err
}
