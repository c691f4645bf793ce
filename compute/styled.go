package compute

import (
	"fmt"
	"math"

	"rewriting/compute/internal/kernel"
)

// StyleGAN2's activation is sqrt(2) * lrelu(x, 0.2).
const (
	lreluSlope float32 = 0.2
	lreluGain  float32 = math.Sqrt2
)

// Demodulate returns StyleGAN2's demodulation factors c [N,Co] for a weight w [Co,Ci,kh,kw] and styles s [N,Ci]:
// c[n,o] = 1/sqrt(sum over i,ky,kx of (sigma w[o,i,ky,kx] s[n,i])^2 + 1e-8).
func Demodulate(w, s *Tensor, sigma float32) *Tensor {
	return DemodulateSquared(SquaredTaps(w), s, sigma)
}

// DemodulateSquared is Demodulate for e = SquaredTaps(w), which can be kept as long as the weight is.
func DemodulateSquared(e, s *Tensor, sigma float32) *Tensor {
	if len(e.Shape) != 2 || len(s.Shape) != 2 || s.Shape[1] != e.Shape[1] {
		panic(fmt.Sprintf("compute: demodulation by %v with styles %v", e.Shape, s.Shape))
	}
	n, co, ci := s.Shape[0], e.Shape[0], e.Shape[1]
	c := New(n, co)
	squares := make([]float32, ci)
	for b := range n {
		style := s.Data[b*ci:][:ci]
		kernel.Mul(squares, style, style)
		Split(co, 1+passGrain/max(ci, 1), func(lo, hi int) {
			for o := lo; o < hi; o++ {
				sum := float64(kernel.Dot(e.Data[o*ci:][:ci], squares))
				c.Data[b*co+o] = float32(1 / math.Sqrt(float64(sigma)*float64(sigma)*sum+1e-8))
			}
		})
	}
	return c
}

// SquaredTaps sums the squares of a weight w [Co,Ci,kh,kw] over its taps: [Co,Ci].
func SquaredTaps(w *Tensor) *Tensor {
	e := New(w.Shape[0], w.Shape[1])
	SquaredTapsInto(e, w)
	return e
}

// SquaredTapsInto is SquaredTaps with the result in e, which has its shape and arbitrary contents.
func SquaredTapsInto(e, w *Tensor) {
	if e.Len() != w.Shape[0]*w.Shape[1] {
		panic(fmt.Sprintf("compute: SquaredTaps of %v into %v", w.Shape, e.Shape))
	}
	if e.Len() > 0 {
		taps := len(w.Data) / e.Len()
		pass(len(e.Data), func(lo, hi int) { kernel.SquaredTaps(e.Data[lo:hi], w.Data[lo*taps:], taps) })
	}
}

// ScaleChannels multiplies x [N,C,H,W] in place by s [N,C].
func ScaleChannels(x, s *Tensor) { ScaleChannelsInto(x, x, s) }

// ScaleChannelsInto writes x [N,C,H,W] times s [N,C] to y, which has the shape of x and may be x.
func ScaleChannelsInto(y, x, s *Tensor) {
	n, c, h, w := dims4("ScaleChannels", x)
	if s.Len() != n*c || y.Len() != x.Len() {
		panic(fmt.Sprintf("compute: ScaleChannels of %v by %v into %v", x.Shape, s.Shape, y.Shape))
	}
	Split(n*c, 1+passGrain/max(h*w, 1), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			kernel.Scale(y.Data[i*h*w:][:h*w], x.Data[i*h*w:][:h*w], s.Data[i])
		}
	})
}

// AddChannelBias adds bias (length C) in place to every pixel of x [N,C,H,W].
func AddChannelBias(x *Tensor, bias []float32) {
	n, c, h, w := dims4("AddChannelBias", x)
	if len(bias) != c {
		panic(fmt.Sprintf("compute: AddChannelBias of %v with %d values", x.Shape, len(bias)))
	}
	Split(n*c, 1+passGrain/max(h*w, 1), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			plane := x.Data[i*h*w:][:h*w]
			kernel.Offset(plane, plane, bias[i%c])
		}
	})
}

// NoiseBiasAct is the end of StyleGAN2's styled convolution, in place on x [N,C,H,W]:
// sqrt(2) * lrelu(x + strength*noise + bias, 0.2), noise [N,1,H,W] shared by all channels and bias of length C.
// A nil noise or bias stands for zeros.
func NoiseBiasAct(x, noise *Tensor, strength float32, bias []float32) {
	NoiseBiasActInto(x, x, noise, strength, bias)
}

// NoiseBiasActInto is NoiseBiasAct with the result in y, which has the shape of x.
func NoiseBiasActInto(y, x, noise *Tensor, strength float32, bias []float32) {
	n, c, h, w := dims4("NoiseBiasAct", x)
	if y.Len() != x.Len() || (noise != nil && noise.Len() != n*h*w) || (bias != nil && len(bias) != c) {
		panic(fmt.Sprintf("compute: NoiseBiasAct of %v with noise %v and %d biases", x.Shape, noise, len(bias)))
	}
	Split(n*c, 1+passGrain/max(h*w, 1), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			var b float32
			if bias != nil {
				b = bias[i%c]
			}
			from, to := x.Data[i*h*w:][:h*w], y.Data[i*h*w:][:h*w]
			if noise == nil {
				kernel.Leaky(to, from, lreluSlope, lreluGain, b)
			} else {
				kernel.NoiseLeaky(to, from, noise.Data[i/c*h*w:][:h*w], strength, lreluSlope, lreluGain, b)
			}
		}
	})
}
