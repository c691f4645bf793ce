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
	for _, l := range g.Layers() {
		if name == strconv.Itoa(l.Number) || name == l.Name || name == l.Node && name != "" {
			return l, nil
		}
		known = append(known, fmt.Sprintf("%d (%s)", l.Number, l.Name))
	}
	return Layer{}, fmt.Errorf("no editable layer %q; there is %s", name, strings.Join(known, ", "))
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
