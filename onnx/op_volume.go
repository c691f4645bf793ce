package onnx

import "errors"

func errEmpty(err error) error {
	if err != nil {
		return err
	}
	return errors.New("has no elements")
}

// Convolutions of three spatial axes are rare in our networks and run as plain loops over any number of axes.

// convolveVolume is cross-correlation over all spatial axes.
func convolveVolume(out, x, weight *Value, bias []float32, w window, pads []int, groups int) {
	perIn, perOut := product(x.Shape[2:]), product(out.Shape[2:])
	taps := product(w.kernel)
	ci, co, cg := x.Shape[1], out.Shape[1], weight.Shape[1]
	for b := range x.Shape[0] {
		for o := range co {
			dst := out.F32[(b*co+o)*perOut:][:perOut]
			start(dst, bias, o)
			for c := range cg {
				src := x.F32[(b*ci+o/(co/groups)*cg+c)*perIn:][:perIn]
				k := weight.F32[(o*cg+c)*taps:][:taps]
				w.pairs(x.Shape[2:], out.Shape[2:], pads, func(at, from, tap int) { dst[at] += src[from] * k[tap] })
			}
		}
	}
}

// scatterVolume is the transposed convolution: every input element adds its kernel to the output. The
// weight is [Ci,Co/groups,...].
func scatterVolume(out, x, weight *Value, bias []float32, w window, pads []int, groups int) {
	perIn, perOut := product(x.Shape[2:]), product(out.Shape[2:])
	taps := product(w.kernel)
	ci, co, cg := x.Shape[1], out.Shape[1], weight.Shape[1]
	for b := range x.Shape[0] {
		for o := range co {
			dst := out.F32[(b*co+o)*perOut:][:perOut]
			start(dst, bias, o)
			g := o / cg
			for c := g * ci / groups; c < (g+1)*ci/groups; c++ {
				src := x.F32[(b*ci+c)*perIn:][:perIn]
				k := weight.F32[(c*cg+o%cg)*taps:][:taps]
				// The same pairs as a convolution from out to x, read backwards.
				w.pairs(out.Shape[2:], x.Shape[2:], pads, func(at, from, tap int) { dst[from] += src[at] * k[tap] })
			}
		}
	}
}

// pairs visits every (output position, input position, tap) of a window that lies inside the input.
func (w window) pairs(in, out, pads []int, visit func(at, from, tap int)) {
	strides := rowMajor(in)
	walk(out, func(at int, o []int) {
		walk(w.kernel, func(tap int, k []int) {
			from := 0
			for a := range in {
				p := o[a]*w.strides[a] - pads[a] + k[a]*w.dilations[a]
				if p < 0 || p >= in[a] {
					return
				}
				from += p * strides[a]
			}
			visit(at, from, tap)
		})
	})
}

func product(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// start fills output channel o with its bias, or with zero where there is none.
func start(dst, bias []float32, o int) {
	value := float32(0)
	if bias != nil {
		value = bias[o]
	}
	for i := range dst {
		dst[i] = value
	}
}
