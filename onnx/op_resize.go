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

// axisPlan is one axis of a resize: for every output position the inputs it mixes and their weights.
type axisPlan struct {
	axis    int
	taps    int
	index   []int     // [out*taps]
	weight  []float32 // [out*taps]; nil when taps is 1
	outside []bool    // positions that take the extrapolation value; nil if none
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

// source gives the map from output to input coordinates of one axis.
func (r resizing) source(in, out int, scale float64) func(d int) float64 {
	switch r.coordinates {
	case "align_corners":
		if out == 1 {
			return func(int) float64 { return 0 }
		}
		// The length before flooring counts; it is out itself when sizes were given.
		last := scale*float64(in) - 1
		return func(d int) float64 { return float64(d*(in-1)) / last }
	case "asymmetric":
		return func(d int) float64 { return float64(d) / scale }
	case "tf_half_pixel_for_nn":
		return func(d int) float64 { return (float64(d) + 0.5) / scale }
	case "pytorch_half_pixel":
		if out == 1 {
			return func(int) float64 { return 0 }
		}
	case "half_pixel_symmetric": // the part of the last pixel that flooring dropped is shared by both ends
		middle, adjust := float64(in)/2, float64(out)/(scale*float64(in))
		return func(d int) float64 { return middle*(1-adjust) + (float64(d)+0.5)/scale - 0.5 }
	}
	return func(d int) float64 { return (float64(d)+0.5)/scale - 0.5 }
}

// cropped reads the part of the axis between two fractions of it.
func cropped(in, out int, start, end float64) func(d int) float64 {
	length := float64(in - 1)
	if out == 1 {
		return func(int) float64 { return 0.5 * (start + end) * length }
	}
	return func(d int) float64 { return start*length + float64(d)*(end-start)*length/float64(out-1) }
}

// plan tabulates one axis; nil means that the axis stays as it is.
func (r resizing) plan(axis, in, out int, scale float64, source func(int) float64) *axisPlan {
	p := &axisPlan{axis: axis, taps: 1}
	stretch, reach := 1.0, 1.0 // the kernel is stretched by 1/scale when shrinking with antialias
	if r.mode == "cubic" {
		reach = 2
	}
	if r.antialias && scale < 1 {
		stretch = scale
	}
	if r.mode != "nearest" {
		p.taps = 2 * int(math.Ceil(reach/stretch))
	}
	for d := range out {
		s := source(d)
		if r.coordinates == "tf_crop_and_resize" && (s < 0 || s > float64(in-1)) {
			if p.outside == nil {
				p.outside = make([]bool, out)
			}
			p.outside[d] = true
		}
		if r.mode == "nearest" {
			p.index = append(p.index, min(max(r.round(s), 0), in-1))
			continue
		}
		first, sum := int(math.Floor(s))-p.taps/2+1, 0.0
		weights := make([]float64, p.taps)
		for t := range weights {
			if r.exclude && (first+t < 0 || first+t >= in) {
				continue
			}
			weights[t] = r.kernel(stretch * (float64(first+t) - s))
			sum += weights[t]
		}
		for t, w := range weights {
			p.index = append(p.index, min(max(first+t, 0), in-1))
			p.weight = append(p.weight, float32(w/sum))
		}
	}
	return p
}

func (r resizing) round(s float64) int {
	switch r.nearest {
	case "floor":
		return int(math.Floor(s))
	case "ceil":
		return int(math.Ceil(s))
	case "round_prefer_ceil":
		return int(math.Floor(s + 0.5))
	}
	return int(math.Ceil(s - 0.5))
}

// kernel is the triangle, or Keys' cubic with coefficient a.
func (r resizing) kernel(x float64) float64 {
	x = math.Abs(x)
	a := r.cubic
	switch {
	case r.mode == "linear":
		return max(0, 1-x)
	case x <= 1:
		return ((a+2)*x-(a+3))*x*x + 1
	case x < 2:
		return ((a*x-5*a)*x+8*a)*x - 4*a
	}
	return 0
}

// apply resizes one axis.
func (p axisPlan) apply(f *frame, x *Value) (*Value, error) {
	shape := slices.Clone(x.Shape)
	length := shape[p.axis]
	shape[p.axis] = len(p.index) / p.taps
	out, err := f.value(x.Type, shape)
	if err != nil {
		return nil, err
	}
	inner, count := product(shape[p.axis+1:]), shape[p.axis]
	outer := product(shape[:p.axis])
	switch {
	case p.taps == 1 && inner > 1:
		for o := range outer {
			for d, k := range p.index {
				copyRange(out, (o*count+d)*inner, x, (o*length+k)*inner, inner)
			}
		}
	case p.taps == 1:
		p.pick(out, x, outer, count, length)
	default:
		p.mix(out.F32, x.F32, outer, count, length, inner)
		out.narrow()
	}
	return out, nil
}

// pick is nearest mode along the last axis.
func (p axisPlan) pick(out, x *Value, outer, count, length int) {
	if x.Type.storage() != inF32 {
		for o := range outer {
			for d, k := range p.index {
				copyRange(out, o*count+d, x, o*length+k, 1)
			}
		}
		return
	}
	for o := range outer {
		row, dst := x.F32[o*length:(o+1)*length], out.F32[o*count:(o+1)*count]
		for d, k := range p.index {
			dst[d] = row[k]
		}
	}
}

func (p axisPlan) mix(out, x []float32, outer, count, length, inner int) {
	for o := range outer {
		src, dst := x[o*length*inner:(o+1)*length*inner], out[o*count*inner:(o+1)*count*inner]
		switch {
		case inner == 1 && p.taps == 2:
			for d := range dst {
				dst[d] = p.weight[2*d]*src[p.index[2*d]] + p.weight[2*d+1]*src[p.index[2*d+1]]
			}
		case inner == 1:
			for d := range dst {
				var s float32
				for t := range p.taps {
					s += p.weight[d*p.taps+t] * src[p.index[d*p.taps+t]]
				}
				dst[d] = s
			}
		default:
			for d := range count {
				row := dst[d*inner : (d+1)*inner]
				clear(row)
				for t := range p.taps {
					w := p.weight[d*p.taps+t]
					for i, v := range src[p.index[d*p.taps+t]*inner:][:inner] {
						row[i] += w * v
					}
				}
			}
		}
	}
}
