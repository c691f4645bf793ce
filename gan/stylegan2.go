package gan

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"rewriting/compute"
)

// styleGAN2 is the config-F generator: mapping, styled convolutions, and an image that grows beside the maps.
type styleGAN2 struct {
	params  params
	buffers map[string]*compute.Tensor // stored and never read: blur kernels and noise maps
	average *compute.Tensor            // mean of w over z [StyleDim], nil where the file has none
	psi     float64
	note    string // of Info
	flat    bool   // came from a safetensors file and goes back into one

	mapping  []linear
	constant *compute.Tensor // [1,C,4,4]
	convs    []*styledConv   // code layers 2, 3, ...
	rgbs     []*toRGB        // to_rgb1, to_rgb2, ...; number M follows layer 2M

	hash func() string
}

// Dimensions and constants of the architecture.
const (
	firstSize   = 4    // pixels of the constant input
	rateMapping = 0.01 // learning-rate multiplier folded into the mapping's stored parameters
)

// linear is a fully connected layer with the equalised learning rate folded in: x wT + b.
type linear struct {
	w *compute.Tensor
	b []float32
}

func newLinear(w, b *compute.Tensor, rate float64) linear {
	w, b = w.Clone(), b.Clone()
	compute.Scale(w.Data, float32(rate/math.Sqrt(float64(w.Shape[1]))))
	if rate != 1 {
		compute.Scale(b.Data, float32(rate))
	}
	return linear{w, b.Data}
}

func (l linear) apply(x *compute.Tensor) *compute.Tensor { return compute.Linear(x, l.w, l.b) }

// styledConv is one styled convolution, "layerN" of the sequential model.
type styledConv struct {
	Layer
	up         bool
	weight     *compute.Tensor // [Co,Ci,3,3], a view of the stored one
	sigma      float32         // 1/sqrt(9 Ci), the equalised learning rate
	modulation linear
	strength   float32 // of the noise
	bias       []float32
	position   int            // in a batch, of the first image drawn (At)
	kernel     func() *kernel // prepared at first use
}

// kernel is what a weight is prepared into.
type kernel struct {
	filter *compute.Filter
	up     *compute.UpFilter
	energy *compute.Tensor // squared taps [Co,Ci], from which demodulation follows for any style
}

// toRGB is a modulated 1x1 convolution to the three colours, without demodulation.
type toRGB struct {
	weight     []float32 // [3,C] divided by sqrt(C)
	modulation linear
	bias       []float32
}

// newStyleGAN2 wires a generator out of parameters whose shapes are known to fit. Parts of old whose
// parameters are the same are taken over with everything prepared from them.
func newStyleGAN2(p params, old *styleGAN2) *styleGAN2 {
	g := &styleGAN2{params: p}
	kept := func(names ...string) bool {
		return old != nil && !slices.ContainsFunc(names, func(n string) bool { return old.params.byName[n] != p.byName[n] })
	}
	for j := 1; p.has(fmt.Sprintf("style.%d.weight", j)); j++ {
		w, b := fmt.Sprintf("style.%d.weight", j), fmt.Sprintf("style.%d.bias", j)
		if kept(w, b) {
			g.mapping = append(g.mapping, old.mapping[j-1])
			continue
		}
		g.mapping = append(g.mapping, newLinear(p.tensor(w), p.tensor(b), rateMapping))
	}
	g.constant = p.tensor("input.input")
	for number := 2; p.has(convName(number) + ".conv.weight"); number++ {
		if i := number - 2; kept(convParams(number)...) {
			g.convs = append(g.convs, old.convs[i])
			continue
		}
		g.convs = append(g.convs, newStyledConv(p, number))
	}
	for number := 1; p.has(rgbName(number) + ".conv.weight"); number++ {
		if i := number - 1; kept(rgbParams(number)...) {
			g.rgbs = append(g.rgbs, old.rgbs[i])
			continue
		}
		g.rgbs = append(g.rgbs, newToRGB(p, number))
	}
	g.hash = sync.OnceValue(func() string { return g.params.digest(g.average, g.psi) })
	return g
}

func newStyledConv(p params, number int) *styledConv {
	name := convName(number)
	w := p.tensor(name + ".conv.weight")
	up := number%2 == 1
	value := firstSize << ((number - 1) / 2)
	c := &styledConv{
		Layer: Layer{
			Number: number, Name: name + ".conv.weight", In: w.Shape[2], Out: w.Shape[1],
			KeySize: value, ValueSize: value, Kernel: w.Shape[3],
		},
		up:         up,
		weight:     w.Reshape(w.Shape[1:]...),
		sigma:      float32(1 / math.Sqrt(float64(9*w.Shape[2]))),
		modulation: newLinear(p.tensor(name+".conv.modulation.weight"), p.tensor(name+".conv.modulation.bias"), 1),
		strength:   p.tensor(name + ".noise.weight").Data[0],
		bias:       p.tensor(name + ".activate.bias").Data,
	}
	if up {
		c.KeySize = value / 2
	}
	c.kernel = sync.OnceValue(func() *kernel {
		k := &kernel{energy: compute.SquaredTaps(c.weight)}
		if up {
			k.up = compute.NewRenderUpFilter(c.weight)
		} else {
			k.filter = compute.NewRenderFilter(c.weight, compute.Same3x3)
		}
		return k
	})
	return c
}

func newToRGB(p params, number int) *toRGB {
	name := rgbName(number)
	w := p.tensor(name + ".conv.weight").Clone()
	compute.Scale(w.Data, float32(1/math.Sqrt(float64(w.Shape[2]))))
	return &toRGB{
		weight:     w.Data,
		modulation: newLinear(p.tensor(name+".conv.modulation.weight"), p.tensor(name+".conv.modulation.bias"), 1),
		bias:       p.tensor(name + ".bias").Data,
	}
}

func (g *styleGAN2) Info() Info {
	return Info{
		Kind: "stylegan2", LatentDim: g.mapping[0].w.Shape[1], Resolution: g.convs[len(g.convs)-1].ValueSize,
		Truncation: g.psi, Parameters: g.params.count(), Hash: g.hash(), Note: g.note,
	}
}

// Layers are all styled convolutions but the first, whose name in the released code keeps it from being edited.
func (g *styleGAN2) Layers() []Layer {
	layers := make([]Layer, 0, len(g.convs)-1)
	for _, c := range g.convs[1:] {
		layers = append(layers, c.Layer)
	}
	return layers
}

func (g *styleGAN2) Names() []string { return slices.Clone(g.params.names) }

func (g *styleGAN2) Tensors() map[string]*compute.Tensor { return g.params.tensors() }

func (g *styleGAN2) With(changed map[string]*compute.Tensor) (Generator, error) {
	p, err := g.params.with(changed)
	if err != nil {
		return nil, err
	}
	e := newStyleGAN2(p, g)
	e.buffers, e.average, e.psi, e.note, e.flat = g.buffers, g.average, g.psi, g.note, g.flat
	return e, nil
}
