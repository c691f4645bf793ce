package gan

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"rewriting/compute"
)

// flow is what runs through the synthesis between two layers.
type flow struct {
	w     *compute.Tensor // style vectors after truncation [N,StyleDim], the same for all layers
	fmap  *compute.Tensor // feature map
	rgb   *compute.Tensor // running image, nil before to_rgb1
	owned bool            // fmap may be overwritten
	// borrowed says that fmap is scratch memory, which nobody outside the synthesis may keep.
	borrowed bool
}

func (g *styleGAN2) Image(z *compute.Tensor) (*compute.Tensor, error) {
	w, err := g.styles(z)
	if err != nil {
		return nil, err
	}
	return g.synthesise(g.start(w), 0)
}

// styles is the mapping with truncation: z [N,LatentDim] -> w [N,StyleDim].
func (g *styleGAN2) styles(z *compute.Tensor) (*compute.Tensor, error) {
	if err := g.checkLatents(z); err != nil {
		return nil, err
	}
	w := normalise(z)
	for _, l := range g.mapping {
		w = l.apply(w)
		compute.LeakyReLU(w.Data, w.Data, 0.2, math.Sqrt2)
	}
	if g.psi != 1 {
		psi := float32(g.psi)
		for i, v := range w.Data {
			avg := g.average.Data[i%len(g.average.Data)]
			w.Data[i] = avg + psi*(v-avg)
		}
	}
	return w, nil
}

func (g *styleGAN2) checkLatents(z *compute.Tensor) error {
	if want := g.mapping[0].w.Shape[1]; len(z.Shape) != 2 || z.Shape[0] < 1 || z.Shape[1] != want {
		return fmt.Errorf("latents have shape %v, the generator takes [N %d]", z.Shape, want)
	}
	return nil
}

// normalise divides each row by its root mean square: z/sqrt(mean(z^2) + 1e-8).
func normalise(z *compute.Tensor) *compute.Tensor {
	out := compute.New(z.Shape...)
	dim := z.Shape[1]
	for n := range z.Shape[0] {
		row := z.Data[n*dim:][:dim]
		var squares float64
		for _, v := range row {
			squares += float64(v) * float64(v)
		}
		r := float32(1 / math.Sqrt(squares/float64(dim)+1e-8))
		for i, v := range row {
			out.Data[n*dim+i] = v * r
		}
	}
	return out
}

// start repeats the constant input over the batch.
func (g *styleGAN2) start(w *compute.Tensor) flow {
	n, c := w.Shape[0], g.constant
	x := compute.New(n, c.Shape[1], firstSize, firstSize)
	for i := range n {
		copy(x.Data[i*len(c.Data):], c.Data)
	}
	return flow{w: w, fmap: x, owned: true}
}

// synthesise runs convolution i (counted from layer 2) and everything after it.
func (g *styleGAN2) synthesise(f flow, i int) (*compute.Tensor, error) {
	for ; i < len(g.convs); i++ {
		s := g.key(&f, i)
		g.convs[i].advance(&f, s)
		if err := g.paint(&f, i); err != nil {
			return nil, err
		}
	}
	f.release()
	return f.rgb, nil
}

// key turns the flow's map into the keys of convolution i, and enlarges the running image where the sequential model does:
// before the upsampling convolution. It returns the styles.
func (g *styleGAN2) key(f *flow, i int) *compute.Tensor {
	c := g.convs[i]
	if c.up {
		f.rgb = compute.Upsample2x(f.rgb)
	}
	s := c.modulation.apply(f.w)
	if !f.owned {
		f.fmap = f.fmap.Clone()
	}
	compute.ScaleChannels(f.fmap, s)
	return s
}

// target maps keys [N,Ci,h,w] to values.
func (c *styledConv) target(key, style *compute.Tensor) *compute.Tensor {
	y := compute.New(c.valueShape(key)...)
	c.targetInto(y, key, style)
	return y
}

// advance replaces the flow's keys by their values, in scratch memory.
func (c *styledConv) advance(f *flow, style *compute.Tensor) {
	y := borrow(c.valueShape(f.fmap)...)
	c.targetInto(y, f.fmap, style)
	f.release()
	f.fmap, f.owned, f.borrowed = y, true, true
}

// release gives the map back if it is scratch memory; the map must not be used afterwards.
func (f *flow) release() {
	if f.borrowed {
		scratch.Put(f.fmap)
		f.borrowed = false
	}
}

func (c *styledConv) valueShape(key *compute.Tensor) []int {
	scale := c.Scale()
	return []int{key.Shape[0], c.Out, scale * key.Shape[2], scale * key.Shape[3]}
}

// targetInto is the target model: convolution, demodulation, blur after upsampling, noise, bias and activation.
// Noise is drawn for the size of the values at hand, be they a whole map or a crop.
func (c *styledConv) targetInto(y, key, style *compute.Tensor) {
	k := c.kernel()
	if c.up {
		u := borrow(key.Shape[0], c.Out, 2*key.Shape[2]+1, 2*key.Shape[3]+1)
		k.up.ConvInto(u, key)
		compute.BlurInto(y, u, 1, 1)
		scratch.Put(u)
	} else {
		k.filter.ConvInto(y, key, nil)
	}
	// The convolution is linear in its weight and the blur treats every channel alike, so the learning rate sigma
	// and the demodulation are one factor per channel, applied last where the map is smallest.
	compute.ScaleChannels(y, c.demodulation(k, style))
	var noise *compute.Tensor
	if c.strength != 0 {
		noise = c.noise(y.Shape[0], y.Shape[2], y.Shape[3])
	}
	compute.NoiseBiasAct(y, noise, c.strength, c.bias)
}

// scratch keeps the maps that do not outlive the next layer: the largest memory of an image.
var scratch = sync.Pool{New: func() any { return new(compute.Tensor) }}

// borrow takes a tensor with arbitrary contents out of scratch.
func borrow(shape ...int) *compute.Tensor {
	t := scratch.Get().(*compute.Tensor)
	n := 1
	for _, d := range shape {
		n *= d
	}
	t.Data = slices.Grow(t.Data[:0], n)[:n]
	t.Shape = append(t.Shape[:0], shape...)
	return t
}

// demodulation is sigma / sqrt(sum over i,ky,kx of (sigma W s_i)^2 + 1e-8), [N,Co], from the weight's table of squares.
func (c *styledConv) demodulation(k *kernel, style *compute.Tensor) *compute.Tensor {
	squares := compute.New(style.Shape...)
	compute.Mul(squares.Data, style.Data, style.Data)
	d := compute.Linear(squares, k.energy, nil)
	sigma := float64(c.sigma)
	for i, v := range d.Data {
		d.Data[i] = float32(sigma / math.Sqrt(sigma*sigma*float64(v)+1e-8))
	}
	return d
}

// paint adds the colours of convolution i's values to the running image, after every second convolution.
func (g *styleGAN2) paint(f *flow, i int) error {
	if i%2 != 0 {
		return nil
	}
	rgb := g.rgbs[i/2].apply(f.fmap, f.w)
	if f.rgb != nil {
		if !rgb.SameShape(f.rgb) {
			return fmt.Errorf("values of layer %d give an image of shape %v, the running image has %v: crop both alike",
				g.convs[i].Number, rgb.Shape, f.rgb.Shape)
		}
		compute.Add(rgb.Data, rgb.Data, f.rgb.Data)
	}
	f.rgb = rgb
	return nil
}

// apply is sum over i of W[o,i] s_i / sqrt(C) a_i + bias: per image a 3 x C matrix times C maps.
func (t *toRGB) apply(a, w *compute.Tensor) *compute.Tensor {
	n, c, size := a.Shape[0], a.Shape[1], a.Shape[2]*a.Shape[3]
	s := t.modulation.apply(w)
	out := compute.New(n, 3, a.Shape[2], a.Shape[3])
	mixed := compute.New(3, c)
	for b := range n {
		style := s.Data[b*c:][:c]
		for i := range mixed.Data {
			mixed.Data[i] = t.weight[i] * style[i%c]
		}
		rgb := compute.MatMul(mixed, compute.From(a.Data[b*c*size:][:c*size], c, size))
		copy(out.Data[b*3*size:], rgb.Data)
	}
	compute.AddChannelBias(out, t.bias)
	return out
}
