package onnx

import (
	"math"
	"slices"
)

// axisPlan is one axis of a resize: for every output position the inputs it mixes and their weights.
type axisPlan struct {
	axis    int
	taps    int
	index   []int     // [out*taps]
	weight  []float32 // [out*taps]; nil when taps is 1
	outside []bool    // positions that take the extrapolation value; nil if none
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
