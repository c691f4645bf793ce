package compute

import (
	"fmt"
	"math"
)

// lreluSlope and lreluGain are StyleGAN2's activation: sqrt(2) * lrelu(x, 0.2).
const (
	lreluSlope float32 = 0.2
	lreluGain  float32 = math.Sqrt2
)

// Demodulate returns StyleGAN2's demodulation factors c [N,Co] for a weight w [Co,Ci,kh,kw] and styles s [N,Ci]:
// c[n,o] = 1/sqrt(sum over i,ky,kx of (sigma w[o,i,ky,kx] s[n,i])^2 + 1e-8).
func Demodulate(w, s *Tensor, sigma float32) *Tensor {
	co, ci := w.Shape[0], w.Shape[1]
	if len(s.Shape) != 2 || s.Shape[1] != ci {
		panic(fmt.Sprintf("compute: Demodulate of weight %v with styles %v", w.Shape, s.Shape))
	}
	n := s.Shape[0]
	energy := SquaredTaps(w)
	c := New(n, co)
	for b := range n {
		style := s.Data[b*ci:][:ci]
		for o := range co {
			var sum float64
			for i, e := range energy.Data[o*ci:][:ci] {
				sum += float64(e) * float64(style[i]) * float64(style[i])
			}
			c.Data[b*co+o] = float32(1 / math.Sqrt(float64(sigma)*float64(sigma)*sum+1e-8))
		}
	}
	return c
}

// SquaredTaps sums the squares of a weight w [Co,Ci,kh,kw] over its taps: [Co,Ci].
func SquaredTaps(w *Tensor) *Tensor {
	co, ci := w.Shape[0], w.Shape[1]
	taps := len(w.Data) / (co * ci)
	e := New(co, ci)
	for j := range e.Data {
		var sum float32
		for _, v := range w.Data[j*taps:][:taps] {
			sum += v * v
		}
		e.Data[j] = sum
	}
	return e
}

// ScaleChannels multiplies x [N,C,H,W] in place by s [N,C].
func ScaleChannels(x, s *Tensor) {
	n, c, h, w := dims4("ScaleChannels", x)
	if s.Len() != n*c {
		panic(fmt.Sprintf("compute: ScaleChannels of %v by %v", x.Shape, s.Shape))
	}
	for i, v := range s.Data {
		plane := x.Data[i*h*w:][:h*w]
		for j := range plane {
			plane[j] *= v
		}
	}
}

// AddChannelBias adds bias (length C) in place to every pixel of x [N,C,H,W].
func AddChannelBias(x *Tensor, bias []float32) {
	n, c, h, w := dims4("AddChannelBias", x)
	if len(bias) != c {
		panic(fmt.Sprintf("compute: AddChannelBias of %v with %d values", x.Shape, len(bias)))
	}
	for i := range n * c {
		b := bias[i%c]
		plane := x.Data[i*h*w:][:h*w]
		for j := range plane {
			plane[j] += b
		}
	}
}

// NoiseBiasAct is the end of StyleGAN2's styled convolution, in place on x [N,C,H,W]:
// sqrt(2) * lrelu(x + strength*noise + bias, 0.2), noise [N,1,H,W] shared by all channels and bias of length C.
// A nil noise or bias stands for zeros.
func NoiseBiasAct(x, noise *Tensor, strength float32, bias []float32) {
	n, c, h, w := dims4("NoiseBiasAct", x)
	if (noise != nil && noise.Len() != n*h*w) || (bias != nil && len(bias) != c) {
		panic(fmt.Sprintf("compute: NoiseBiasAct of %v with noise %v and %d biases", x.Shape, noise, len(bias)))
	}
	for i := range n * c {
		var b float32
		if bias != nil {
			b = bias[i%c]
		}
		plane := x.Data[i*h*w:][:h*w]
		for j, v := range plane {
			v += b
			if noise != nil {
				v += strength * noise.Data[i/c*h*w+j]
			}
			plane[j] = lreluGain * max(v, lreluSlope*v)
		}
	}
}
