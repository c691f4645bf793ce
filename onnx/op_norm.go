package onnx

import (
	"fmt"
	"math"
	"slices"

	"rewriting/compute"
)

func init() {
	operators["Softmax"] = operator{func(n *node) (kernel, error) { return buildSoftmax(n, false) }, 1, 1}
	operators["LogSoftmax"] = operator{func(n *node) (kernel, error) { return buildSoftmax(n, true) }, 1, 1}
	operators["BatchNormalization"] = operator{buildBatchNorm, 5, 5}
	operators["InstanceNormalization"] = operator{buildInstanceNorm, 3, 3}
	operators["LayerNormalization"] = operator{buildLayerNorm, 2, 3}
	operators["LRN"] = operator{buildLRN, 1, 1}
}

// buildSoftmax: from opset 13 along one axis (default the last); before, over everything from the
// axis on (default 1) taken as one.
func buildSoftmax(n *node, log bool) (kernel, error) {
	modern, axis := n.opset >= 13, n.intAttr("axis", 1)
	if modern && n.attrs["axis"] == nil {
		axis = -1
	}
	return func(f *frame, in []*Value) ([]*Value, error) {
		x := in[0]
		if x.Type.storage() != inF32 && x.Type.storage() != inF64 {
			return nil, fmt.Errorf("input is %v; floating-point numbers are needed", x)
		}
		a, err := axisOf(axis, len(x.Shape))
		if err != nil {
			return nil, err
		}
		length, inner := x.Shape[a], product(x.Shape[a+1:])
		if !modern {
			length, inner = product(x.Shape[a:]), 1
		}
		out, err := f.like(x)
		if err != nil || out.Len() == 0 {
			return one(out), err
		}
		if x.Type == Float64 {
			softmax(out.F64, x.F64, length, inner, log)
		} else {
			softmax(out.F32, x.F32, length, inner, log)
		}
		out.narrow()
		return one(out), nil
	}, nil
}

func softmax[T float32 | float64](out, x []T, length, inner int, log bool) {
	row := make([]float64, length)
	for o := range len(x) / (length * inner) {
		for i := range inner {
			base := o*length*inner + i
			top := math.Inf(-1)
			for k := range row {
				row[k] = float64(x[base+k*inner])
				top = max(top, row[k])
			}
			sum := 0.0
			for k := range row {
				row[k] -= top
				sum += math.Exp(row[k])
			}
			for k, v := range row {
				if log {
					out[base+k*inner] = T(v - math.Log(sum))
				} else {
					out[base+k*inner] = T(math.Exp(v) / sum)
				}
			}
		}
	}
}

// affine is y = scale*x + shift per channel.
type affine struct{ scale, shift []float32 }

// batchAffine folds statistics into a scale and a shift, in float64.
func batchAffine(scale, bias, mean, variance *Value, epsilon float64) (*affine, error) {
	for _, v := range []*Value{scale, bias, mean, variance} {
		if v.Type != Float32 || len(v.Shape) != 1 || v.Len() != scale.Len() {
			return nil, fmt.Errorf("scale %v, bias %v, mean %v and variance %v must be float32 vectors of one length", scale, bias, mean, variance)
		}
	}
	a := &affine{make([]float32, scale.Len()), make([]float32, scale.Len())}
	for c := range a.scale {
		s := float64(scale.F32[c]) / math.Sqrt(float64(variance.F32[c])+epsilon)
		a.scale[c] = float32(s)
		a.shift[c] = float32(float64(bias.F32[c]) - s*float64(mean.F32[c]))
	}
	return a, nil
}

func buildBatchNorm(n *node) (kernel, error) {
	epsilon := float64(n.floatAttr("epsilon", 1e-5))
	n.ignore("momentum", "consumed_inputs")
	if n.flag("training_mode") || n.opset < 7 && !n.flag("is_test") || n.intAttr("spatial", 1) != 1 {
		return nil, fmt.Errorf("only inference with statistics per channel is supported")
	}
	var known *affine
	if n.constant(1) != nil && n.constant(2) != nil && n.constant(3) != nil && n.constant(4) != nil {
		var err error
		if known, err = batchAffine(n.constant(1), n.constant(2), n.constant(3), n.constant(4), epsilon); err != nil {
			return nil, err
		}
		n.norm = known
	}
	return func(f *frame, in []*Value) ([]*Value, error) {
		x, a := in[0], known
		if a == nil {
			var err error
			if a, err = batchAffine(in[1], in[2], in[3], in[4], epsilon); err != nil {
				return nil, err
			}
		}
		if x.Type != Float32 || len(x.Shape) < 2 || x.Shape[1] != len(a.scale) {
			return nil, fmt.Errorf("input %v does not fit %d channels of statistics", x, len(a.scale))
		}
		out, err := f.like(x)
		if err != nil {
			return nil, err
		}
		size := product(x.Shape[2:])
		compute.Split(x.Shape[0]*x.Shape[1], 1+passGrain/max(size, 1), func(lo, hi int) {
			for p := lo; p < hi; p++ {
				s, t := a.scale[p%len(a.scale)], a.shift[p%len(a.scale)]
				dst := out.F32[p*size : (p+1)*size]
				for i, v := range x.F32[p*size : (p+1)*size] {
					dst[i] = s*v + t
				}
			}
		})
		return one(out), nil
	}, nil
}

// standardise writes (x-mean)/sqrt(var+epsilon), with the biased variance.
func standardise(out, x []float32, epsilon float64) {
	var sum, square float64
	for _, v := range x {
		sum += float64(v)
	}
	mean := sum / float64(len(x))
	for _, v := range x {
		square += (float64(v) - mean) * (float64(v) - mean)
	}
	r := 1 / math.Sqrt(square/float64(len(x))+epsilon)
	for i, v := range x {
		out[i] = float32((float64(v) - mean) * r)
	}
}

func buildInstanceNorm(n *node) (kernel, error) {
	epsilon := float64(n.floatAttr("epsilon", 1e-5))
	n.ignore("consumed_inputs")
	return func(f *frame, in []*Value) ([]*Value, error) {
		x, scale, bias := in[0], in[1], in[2]
		if x.Type != Float32 || scale.Type != Float32 || bias.Type != Float32 || len(x.Shape) < 3 ||
			!slices.Equal(scale.Shape, x.Shape[1:2]) || !slices.Equal(bias.Shape, x.Shape[1:2]) {
			return nil, fmt.Errorf("input %v does not fit scale %v and bias %v", x, scale, bias)
		}
		out, err := f.like(x)
		if err != nil || out.Len() == 0 {
			return one(out), err
		}
		size := product(x.Shape[2:])
		for p := range x.Shape[0] * x.Shape[1] {
			dst := out.F32[p*size : (p+1)*size]
			standardise(dst, x.F32[p*size:(p+1)*size], epsilon)
			s, b := scale.F32[p%x.Shape[1]], bias.F32[p%x.Shape[1]]
			for i, v := range dst {
				dst[i] = s*v + b
			}
		}
		return one(out), nil
	}, nil
}

// buildLayerNorm standardises over all axes from axis on; only the first output is made.
func buildLayerNorm(n *node) (kernel, error) {
	axis, epsilon := n.intAttr("axis", -1), float64(n.floatAttr("epsilon", 1e-5))
	n.ignore("stash_type")
	return func(f *frame, in []*Value) ([]*Value, error) {
		x, scale, bias := in[0], in[1], optional(in, 2)
		a, err := axisOf(axis, len(x.Shape))
		if err != nil {
			return nil, err
		}
		shape := x.Shape[a:]
		if x.Type != Float32 || scale.Type != Float32 || !slices.Equal(scale.Shape, shape) ||
			bias != nil && (bias.Type != Float32 || !slices.Equal(bias.Shape, shape)) {
			return nil, fmt.Errorf("input %v does not fit scale %v and bias %v", x, scale, bias)
		}
		out, err := f.like(x)
		if err != nil || out.Len() == 0 {
			return one(out), err
		}
		size := product(shape)
		for p := range x.Len() / size {
			dst := out.F32[p*size : (p+1)*size]
			standardise(dst, x.F32[p*size:(p+1)*size], epsilon)
			for i := range dst {
				dst[i] *= scale.F32[i]
				if bias != nil {
					dst[i] += bias.F32[i]
				}
			}
		}
		return one(out), nil
	}, nil
}

// buildLRN: x / (bias + alpha/size * sum of squares over size neighbouring channels)^beta.
func buildLRN(n *node) (kernel, error) {
	size := n.intAttr("size", 0)
	alpha, beta := float64(n.floatAttr("alpha", 1e-4)), float64(n.floatAttr("beta", 0.75))
	bias := float64(n.floatAttr("bias", 1))
	if size < 1 {
		return nil, fmt.Errorf("size %d", size)
	}
	return func(f *frame, in []*Value) ([]*Value, error) {
		x := in[0]
		if x.Type != Float32 || len(x.Shape) < 3 {
			return nil, fmt.Errorf("input %v is not a batch of float32 images", x)
		}
		out, err := f.float32s(x.Shape)
		if err != nil {
			return nil, err
		}
		channels, plane := x.Shape[1], product(x.Shape[2:])
		for b := range x.Shape[0] {
			image := x.F32[b*channels*plane:]
			for c := range channels {
				lo, hi := max(0, c-(size-1)/2), min(channels-1, c+size/2)
				for i := range plane {
					sum := 0.0
					for k := lo; k <= hi; k++ {
						v := float64(image[k*plane+i])
						sum += v * v
					}
					v := float64(image[c*plane+i])
					out.F32[(b*channels+c)*plane+i] = float32(v / math.Pow(bias+alpha/float64(size)*sum, beta))
				}
			}
		}
		return one(out), nil
	}, nil
}
