package gan

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"rewriting/compute"
)

// progGAN is Progressive GAN: every layer is pixel norm, upsampling where the layer's number is odd and above
// one, convolution, scale, bias and activation; then a 1x1 convolution to colours, clamped (spec: generators, section 7).
// It has no styles, no truncation and no noise.
type progGAN struct {
	params params
	layers []*progLayer // layer1, layer2, ...
	output *progLayer   // 1x1 to three channels
	flat   bool         // came from a safetensors file and goes back into one
	hash   func() string
}

// progLayer is one block; its weight's learning-rate scale is not stored but follows from the shape.
type progLayer struct {
	Layer
	up     bool
	pad    compute.Params
	scale  float32 // gain/(kernel*sqrt(Ci))
	weight *compute.Tensor
	bias   []float32
	filter func() *compute.Filter
}

func progLayerName(number int) string { return fmt.Sprintf("layer%d", number) }
func progOutputName(size int) string  { return fmt.Sprintf("output_%dx%d", size, size) }

// progSize is the side of the values of a layer: 4, 4, 8, 8, 16, ...
func progSize(number int) int { return firstSize << ((number - 1) / 2) }

func newProgGAN(p params, old *progGAN) *progGAN {
	g := &progGAN{params: p}
	kept := func(name string, l *progLayer) *progLayer {
		if old == nil || slices.ContainsFunc([]string{name + ".conv.weight", name + ".wscale.b"}, func(n string) bool {
			return old.params.byName[n] != p.byName[n]
		}) {
			return nil
		}
		return l
	}
	number := 1
	for ; p.has(progLayerName(number) + ".conv.weight"); number++ {
		var l *progLayer
		if old != nil {
			l = kept(progLayerName(number), old.layers[number-1])
		}
		if l == nil {
			l = newProgLayer(p, progLayerName(number), number, math.Sqrt2)
		}
		g.layers = append(g.layers, l)
	}
	name := progOutputName(progSize(number - 1))
	if old != nil {
		g.output = kept(name, old.output)
	}
	if g.output == nil {
		g.output = newProgLayer(p, name, 0, 1)
	}
	g.hash = sync.OnceValue(func() string { return p.digest(nil, 1) })
	return g
}

func newProgLayer(p params, name string, number int, gain float64) *progLayer {
	w := p.tensor(name + ".conv.weight")
	kernel := w.Shape[3]
	l := &progLayer{
		Layer:  Layer{Number: number, Name: name + ".conv.weight", In: w.Shape[1], Out: w.Shape[0], Kernel: kernel},
		up:     number >= 3 && number%2 == 1,
		scale:  float32(gain / (float64(kernel) * math.Sqrt(float64(w.Shape[1])))),
		weight: w,
		bias:   p.tensor(name + ".wscale.b").Data,
	}
	switch {
	case number == 1: // from one cell to 4x4 by padding all around
		l.KeySize, l.ValueSize = 1, firstSize
		l.pad = compute.Params{Pad: [4]int{3, 3, 3, 3}}
	case number > 1:
		l.KeySize, l.ValueSize = progSize(number), progSize(number)
		l.pad = compute.Same3x3
	}
	l.filter = sync.OnceValue(func() *compute.Filter { return compute.NewRenderFilter(w, l.pad) })
	return l
}

func (g *progGAN) Info() Info {
	return Info{
		Kind: "proggan", LatentDim: g.layers[0].In, Resolution: g.layers[len(g.layers)-1].ValueSize, Truncation: 1,
		Parameters: g.params.count(), Hash: g.hash(),
	}
}

func (g *progGAN) Layers() []Layer {
	layers := make([]Layer, len(g.layers))
	for i, l := range g.layers {
		layers[i] = l.Layer
	}
	return layers
}

func (g *progGAN) Names() []string                     { return slices.Clone(g.params.names) }
func (g *progGAN) Tensors() map[string]*compute.Tensor { return g.params.tensors() }

func (g *progGAN) With(changed map[string]*compute.Tensor) (Generator, error) {
	p, err := g.params.with(changed)
	if err != nil {
		return nil, err
	}
	e := newProgGAN(p, g)
	e.flat = g.flat
	return e, nil
}

func (g *progGAN) Image(z *compute.Tensor) (*compute.Tensor, error) {
	x, err := g.start(z)
	if err != nil {
		return nil, err
	}
	return g.finish(x, 0), nil
}

// start views latents [N,LatentDim] as maps of one cell.
func (g *progGAN) start(z *compute.Tensor) (*compute.Tensor, error) {
	if want := g.layers[0].In; len(z.Shape) != 2 || z.Shape[0] < 1 || z.Shape[1] != want {
		return nil, fmt.Errorf("latents have shape %v, the generator takes [N %d]", z.Shape, want)
	}
	return z.Reshape(z.Shape[0], z.Shape[1], 1, 1), nil
}

// finish runs layer i (counted from layer1) and everything after it.
func (g *progGAN) finish(x *compute.Tensor, i int) *compute.Tensor {
	for _, l := range g.layers[i:] {
		v := l.filter().Conv(l.key(x), nil)
		l.activateInto(v, v)
		x = v
	}
	y := g.output.filter().Conv(pixelNorm(x), nil)
	compute.Scale(y.Data, g.output.scale)
	compute.AddChannelBias(y, g.output.bias)
	for j, v := range y.Data {
		y.Data[j] = min(max(v, -1), 1)
	}
	return y
}

// key is what the convolution reads: the pixel-normalised map, enlarged in upsampling layers.
func (l *progLayer) key(x *compute.Tensor) *compute.Tensor {
	x = pixelNorm(x)
	if l.up {
		x = compute.ResizeNearest(x, 2*x.Shape[2], 2*x.Shape[3])
	}
	return x
}

// activate turns the convolution's values v into the layer's output, leaving v alone: lrelu(scale v + b, 0.2).
func (l *progLayer) activate(v *compute.Tensor) *compute.Tensor {
	y := compute.New(v.Shape...)
	l.activateInto(y, v)
	return y
}

// activateInto is activate with the result in y, which may be v.
func (l *progLayer) activateInto(y, v *compute.Tensor) {
	compute.Times(y.Data, v.Data, l.scale)
	compute.AddChannelBias(y, l.bias)
	compute.LeakyReLU(y.Data, y.Data, 0.2, 1)
}

// normGrain is how many elements are worth a processor of their own in pixelNorm.
const normGrain = 1 << 15

// pixelNorm divides every cell by the root mean square over its channels: x/sqrt(mean(x^2) + 1e-8).
func pixelNorm(x *compute.Tensor) *compute.Tensor {
	n, c, size := x.Shape[0], x.Shape[1], x.Shape[2]*x.Shape[3]
	y := compute.New(x.Shape...)
	for b := range n {
		compute.Split(size, 1+normGrain/c, func(lo, hi int) {
			norm, square := make([]float32, hi-lo), make([]float32, hi-lo)
			for i := range c {
				cells := x.Data[(b*c+i)*size:][lo:hi]
				compute.Mul(square, cells, cells)
				compute.Add(norm, norm, square)
			}
			for p, v := range norm {
				norm[p] = float32(1 / math.Sqrt(float64(v)/float64(c)+1e-8))
			}
			for i := range c {
				at := (b*c + i) * size
				compute.Mul(y.Data[at:][lo:hi], x.Data[at:][lo:hi], norm)
			}
		})
	}
	return y
}
