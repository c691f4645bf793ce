package onnx

import (
	"fmt"
	"slices"
)

func init() {
	operators["Pad"] = operator{buildPad, 1, 4}
}

// buildPad: pads and value are attributes before opset 11 and inputs from then on; axes since 18.
// Negative pads cut. Every mode maps an output index to an input index per axis.
func buildPad(n *node) (kernel, error) {
	mode := n.oneOf("mode", "constant", "constant", "reflect", "edge", "wrap")
	fixed, fill := n.intsAttr("pads"), n.floatAttr("value", 0)
	return func(f *frame, in []*Value) ([]*Value, error) {
		x, pads := in[0], fixed
		var err error
		if v := optional(in, 1); v != nil {
			if pads, err = v.ints(); err != nil {
				return nil, err
			}
		}
		rank := len(x.Shape)
		if v := optional(in, 3); v != nil {
			if pads, err = scatterPads(pads, v, rank); err != nil {
				return nil, err
			}
		}
		if len(pads) != 2*rank {
			return nil, fmt.Errorf("pads %v do not fit %v", pads, x)
		}
		shape := make([]int, rank)
		for i, d := range x.Shape {
			shape[i] = d + pads[i] + pads[rank+i]
		}
		value := &Value{Type: Float32, Shape: []int{}, F32: []float32{fill}}
		if v := optional(in, 2); v != nil {
			value = v
		}
		if value.Len() != 1 {
			return nil, fmt.Errorf("padding value %v is not one number", value)
		}
		if value, err = f.cast(value, x.Type); err != nil {
			return nil, err
		}
		out, err := f.value(x.Type, shape)
		if err != nil || out.Len() == 0 {
			return one(out), err
		}
		if mode == "constant" {
			copyStrided(out, value, shape, make([]int, rank), 0)
		}
		return one(out), fillPadded(out, x, pads, mode)
	}, nil
}

// scatterPads spreads pads for some axes over all.
func scatterPads(pads []int, axes *Value, rank int) ([]int, error) {
	list, err := axes.ints()
	if err != nil {
		return nil, err
	}
	if list, err = axesOf(list, rank); err != nil {
		return nil, err
	}
	if len(pads) != 2*len(list) {
		return nil, fmt.Errorf("pads %v do not fit axes %v", pads, list)
	}
	full := make([]int, 2*rank)
	for i, a := range list {
		full[a], full[rank+a] = pads[i], pads[len(list)+i]
	}
	return full, nil
}

func fillPadded(out, x *Value, pads []int, mode string) error {
	rank := len(x.Shape)
	if rank == 0 {
		copyRange(out, 0, x, 0, 1)
		return nil
	}
	from := make([][]int, rank) // per axis: output index to input index, or -1
	for a, n := range x.Shape {
		from[a] = make([]int, out.Shape[a])
		for i := range from[a] {
			k := i - pads[a]
			switch {
			case k >= 0 && k < n:
			case mode == "constant":
				k = -1
			case n == 0:
				return fmt.Errorf("cannot pad the empty axis %d of %v with mode %s", a, x, mode)
			case mode == "edge":
				k = min(max(k, 0), n-1)
			case mode == "wrap":
				k = ((k % n) + n) % n
			case n == 1:
				k = 0
			default: // reflect, without repeating the border
				period := 2 * (n - 1)
				if k = ((k % period) + period) % period; k >= n {
					k = period - k
				}
			}
			from[a][i] = k
		}
	}
	strides, last := rowMajor(x.Shape), rank-1
	// The middle of a row is one copy; only its ends go element by element.
	begin := min(max(pads[last], 0), out.Shape[last])
	end := max(begin, min(pads[last]+x.Shape[last], out.Shape[last]))
	walk(slices.Clone(out.Shape[:last]), func(i int, at []int) {
		base := 0
		for a, k := range at {
			if from[a][k] < 0 {
				return
			}
			base += from[a][k] * strides[a]
		}
		row := i * out.Shape[last]
		if end > begin {
			copyRange(out, row+begin, x, base+from[last][begin], end-begin)
		}
		for j := range out.Shape[last] {
			if (j < begin || j >= end) && from[last][j] >= 0 {
				copyRange(out, row+j, x, base+from[last][j], 1)
			}
		}
	})
	return nil
}
