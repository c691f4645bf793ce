package onnx

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

func init() {
	operators["Resize"] = operator{buildResize, 1, 4}
	operators["Upsample"] = operator{buildUpsample, 1, 2}
}

// resizing holds the attributes of Resize.
type resizing struct {
	mode, coordinates, nearest string
	cubic                      float64 // coefficient a of the cubic kernel
	exclude, antialias         bool
	extrapolation              float32
	policy                     string
	axes                       []int
}

// buildResize. Inputs: X, scales at opset 10; X, roi, scales, sizes from 11 on, empty ones counting as absent.
func buildResize(n *node) (kernel, error) {
	r := resizing{
		mode: n.oneOf("mode", "nearest", "nearest", "linear", "cubic"),
		coordinates: n.oneOf("coordinate_transformation_mode", "half_pixel", "half_pixel", "half_pixel_symmetric",
			"pytorch_half_pixel", "align_corners", "asymmetric", "tf_half_pixel_for_nn", "tf_crop_and_resize"),
		nearest:       n.oneOf("nearest_mode", "round_prefer_floor", "round_prefer_floor", "round_prefer_ceil", "floor", "ceil"),
		cubic:         float64(n.floatAttr("cubic_coeff_a", -0.75)),
		exclude:       n.flag("exclude_outside"),
		antialias:     n.flag("antialias"),
		extrapolation: n.floatAttr("extrapolation_value", 0),
		policy:        n.oneOf("keep_aspect_ratio_policy", "stretch", "stretch", "not_larger", "not_smaller"),
		axes:          n.intsAttr("axes"),
	}
	if n.opset < 11 {
		r.coordinates, r.nearest = "asymmetric", "floor"
	}
	old := n.opset < 11
	return func(f *frame, in []*Value) ([]*Value, error) {
		args := [3]*Value{}
		for i := range args {
			if v := optional(in, i+1); v != nil && v.Len() > 0 {
				args[i] = v
			}
		}
		if old {
			args = [3]*Value{nil, args[0], nil}
		}
		return r.run(f, in[0], args[0], args[1], args[2])
	}, nil
}

// buildUpsample, the predecessor of Resize: scales are an attribute before opset 9.
func buildUpsample(n *node) (kernel, error) {
	r := resizing{mode: n.oneOf("mode", "nearest", "nearest", "linear"), coordinates: "asymmetric", nearest: "floor"}
	var fixed *Value
	if a := n.attrs["scales"]; a != nil {
		n.ignore("scales")
		fixed = &Value{Type: Float32, Shape: []int{len(a.Floats)}, F32: a.Floats}
	}
	return func(f *frame, in []*Value) ([]*Value, error) {
		scales := fixed
		if v := optional(in, 1); v != nil {
			scales = v
		}
		return r.run(f, in[0], nil, scales, nil)
	}, nil
}

func (r resizing) run(f *frame, x, roi, scales, sizes *Value) ([]*Value, error) {
	if r.mode != "nearest" && x.Type.storage() != inF32 {
		return nil, fmt.Errorf("input %v: only nearest mode takes other types than float32", x)
	}
	plans, shape, err := r.plans(x, roi, scales, sizes)
	if err != nil {
		return nil, err
	}
	for i, d := range x.Shape {
		if d == 0 && shape[i] > 0 {
			return nil, fmt.Errorf("cannot resize empty %v to %v", x, shape)
		}
	}
	y := x
	for _, p := range plans {
		next, err := p.apply(f, y)
		if err != nil {
			return nil, err
		}
		if y != x {
			f.ws.put(y.buf)
		}
		y = next
	}
	if y == x {
		return identity(f, []*Value{x})
	}
	for _, p := range plans { // afterwards: any axis being outside makes the element so
		if p.outside == nil {
			continue
		}
		inner := product(shape[p.axis+1:])
		for i := range y.F32 {
			if p.outside[i/inner%shape[p.axis]] {
				y.F32[i] = r.extrapolation
			}
		}
	}
	return one(y), nil
}

// plans resolves sizes and scales to one plan per axis that changes.
func (r resizing) plans(x, roi, scales, sizes *Value) ([]axisPlan, []int, error) {
	rank := len(x.Shape)
	axes := r.axes
	if axes == nil {
		for i := range rank {
			axes = append(axes, i)
		}
	}
	axes, err := axesOf(axes, rank)
	if err != nil {
		return nil, nil, err
	}
	if (scales == nil) == (sizes == nil) {
		return nil, nil, errors.New("exactly one of scales and sizes must be given")
	}
	ratio, shape := make([]float64, len(axes)), slices.Clone(x.Shape)
	if sizes != nil {
		want, err := sizes.ints()
		if err != nil || len(want) != len(axes) {
			return nil, nil, fmt.Errorf("sizes %v do not fit %v", sizes, x)
		}
		for i, a := range axes {
			ratio[i], shape[a] = float64(want[i])/float64(x.Shape[a]), want[i]
		}
		if r.policy != "stretch" {
			s := slices.Min(ratio)
			if r.policy == "not_smaller" {
				s = slices.Max(ratio)
			}
			for i, a := range axes {
				ratio[i], shape[a] = s, int(math.Floor(s*float64(x.Shape[a])+0.5))
			}
		}
	} else {
		if scales.Type != Float32 || scales.Len() != len(axes) {
			return nil, nil, fmt.Errorf("scales %v do not fit %v", scales, x)
		}
		for i, a := range axes {
			s := float64(scales.F32[i])
			if !(s > 0 && s < 1<<20) {
				return nil, nil, fmt.Errorf("scale %g", s)
			}
			ratio[i], shape[a] = s, int(s*float64(x.Shape[a]))
		}
	}
	if _, err := elements(shape); err != nil {
		return nil, nil, err
	}
	var window []float32
	if r.coordinates == "tf_crop_and_resize" {
		if roi == nil || roi.Type.storage() != inF32 || roi.Len() != 2*len(axes) {
			return nil, nil, fmt.Errorf("tf_crop_and_resize with roi %v for %d axes", roi, len(axes))
		}
		window = roi.F32
	}
	var plans []axisPlan
	for i, a := range axes {
		in, out := x.Shape[a], shape[a]
		if in == 0 || out == 0 || in == out && ratio[i] == 1 && window == nil {
			continue
		}
		source := r.source(in, out, ratio[i])
		if window != nil {
			source = cropped(in, out, float64(window[i]), float64(window[len(axes)+i]))
		}
		if p := r.plan(a, in, out, ratio[i], source); p != nil {
			plans = append(plans, *p)
		}
	}
	return plans, shape, nil
}
