package gan

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"rewriting/compute"
)

// FindLayer finds an editable layer by its number, by the name of its weight, or by the name of its node in an ONNX graph.
// The error lists what there is.
func FindLayer(g Generator, name string) (Layer, error) {
	var known []string
	for _, c := range Convolutions(g) {
		if found := name == strconv.Itoa(c.Number) || name == c.Name || name == c.Node && name != ""; found && c.Reason == nil {
			return c.Layer, nil
		} else if found {
			return Layer{}, fmt.Errorf("layer %q (number %d) cannot be edited: %w", name, c.Number, c.Reason)
		}
		if c.Reason == nil {
			known = append(known, fmt.Sprintf("%d (%s)", c.Number, c.Name))
		}
	}
	return Layer{}, fmt.Errorf("no editable layer %q; there is %s", name, strings.Join(known, ", "))
}

// Convolution is a convolution of a generator as a listing shows it.
type Convolution struct {
	Layer        // without channels and sizes where they could not be told
	Shape  []int // of the weight as stored
	Reason error // why it cannot be edited; nil where it can
}

// Convolutions lists the convolutions that a configuration could mean, lowest first, with those that cannot be edited.
func Convolutions(g Generator) []Convolution {
	var all []Convolution
	if o, ok := g.(*onnxGAN); ok {
		for _, c := range o.convs {
			all = append(all, Convolution{c.Layer, o.params.tensor(c.Name).Shape, c.reason})
		}
		return all
	}
	tensors := g.Tensors()
	for _, l := range g.Layers() {
		all = append(all, Convolution{l, tensors[l.Name].Shape, nil})
	}
	return all
}

// Spread is the standard deviation of a weight's elements: the scale that learning rates of raw weights are relative to.
func Spread(w *compute.Tensor) float64 {
	if len(w.Data) == 0 {
		return 0
	}
	var sum, squares float64
	for _, v := range w.Data {
		sum += float64(v)
	}
	mean := sum / float64(len(w.Data))
	for _, v := range w.Data {
		squares += (float64(v) - mean) * (float64(v) - mean)
	}
	return math.Sqrt(squares / float64(len(w.Data)))
}
