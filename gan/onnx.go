package gan

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
	"rewriting/compute/autodiff"
	"rewriting/onnx"
)

// onnxGAN is any generator in an ONNX file: one latent in, one picture out, and convolutions in between. Images of a
// batch are rendered one at a time, as the graph may fix its batch size.
type onnxGAN struct {
	model  *onnx.Model
	file   [sha256.Size]byte // of the file that was loaded
	params params
	convs  []onnxLayer // all convolutions in graph order; number i+1
	input  string
	output string
	item   []int // shape of one latent, with its batch dimension of 1
	size   int   // pixels per side of the picture
	colour pixelRange
	psi    float64 // truncation, 1 where the graph has none
	hash   func() string

	described *describedState // where the graph was made of one, else nil
}

// onnxLayer is a convolution of the graph. One with a reason cannot be edited.
type onnxLayer struct {
	Layer
	node   onnx.Layer
	reason error
}

// pixelRange is the nominal range of a network's pixels.
type pixelRange struct{ low, high float32 }

// apply maps the range to [-1,1].
func (r pixelRange) apply(x *compute.Tensor) {
	if r == (pixelRange{-1, 1}) {
		return
	}
	for i, v := range x.Data {
		x.Data[i] = (v-r.low)/(r.high-r.low)*2 - 1
	}
}

func (g *onnxGAN) Info() Info {
	dim := 1
	for _, d := range g.item {
		dim *= d
	}
	return Info{Kind: "onnx", LatentDim: dim, Resolution: g.size, Truncation: g.psi, Parameters: g.params.count(), Hash: g.hash(), Raw: true}
}

func (g *onnxGAN) Layers() []Layer {
	var layers []Layer
	for _, c := range g.convs {
		if c.reason == nil {
			layers = append(layers, c.Layer)
		}
	}
	return layers
}

func (g *onnxGAN) Names() []string                     { return slices.Clone(g.params.names) }
func (g *onnxGAN) Tensors() map[string]*compute.Tensor { return g.params.tensors() }

func (g *onnxGAN) With(changed map[string]*compute.Tensor) (Generator, error) {
	e := *g
	var err error
	if e.params, err = g.params.with(changed); err != nil {
		return nil, err
	}
	if e.model, err = g.model.With(changed); err != nil {
		return nil, err
	}
	e.remember()
	return &e, nil
}

// remember prepares the digest of the graph as loaded and of the present tensors.
func (g *onnxGAN) remember() {
	file, p := g.file, g.params
	psi := g.psi
	var picture string // where the file has several
	if len(g.model.Outputs()) > 1 {
		picture = g.output
	}
	g.hash = sync.OnceValue(func() string {
		sum := sha256.Sum256(append(append([]byte(p.digest(nil, psi)), file[:]...), picture...))
		return hex.EncodeToString(sum[:])
	})
}

func (g *onnxGAN) Image(z *compute.Tensor) (*compute.Tensor, error) {
	latents, err := g.latents(z)
	if err != nil {
		return nil, err
	}
	out := compute.New(len(latents), 3, g.size, g.size)
	for i, l := range latents {
		if err := g.draw(out, i, g.model, map[string]*onnx.Value{g.input: l}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// draw runs a model or a part of one for image i of out.
func (g *onnxGAN) draw(out *compute.Tensor, i int, m *onnx.Model, inputs map[string]*onnx.Value) error {
	values, err := m.RunOutputs(context.Background(), inputs, []string{g.output})
	if err != nil {
		return err
	}
	x, err := values[g.output].Tensor()
	if err != nil {
		return fmt.Errorf("image %q: %w", g.output, err)
	}
	if want := []int{1, 3, g.size, g.size}; !slices.Equal(x.Shape, want) {
		return fmt.Errorf("image %q has shape %v, expected %v", g.output, x.Shape, want)
	}
	g.colour.apply(x)
	copy(out.Data[i*len(x.Data):], x.Data)
	return nil
}

// latents views the rows of z [N,LatentDim] as inputs of the graph.
func (g *onnxGAN) latents(z *compute.Tensor) ([]*onnx.Value, error) {
	dim := g.Info().LatentDim
	if len(z.Shape) != 2 || z.Shape[0] < 1 || z.Shape[1] != dim {
		return nil, fmt.Errorf("latents have shape %v, the generator takes [N %d]", z.Shape, dim)
	}
	rows := make([]*onnx.Value, z.Shape[0])
	for i := range rows {
		rows[i] = onnx.FromTensor(compute.From(z.Data[i*dim:][:dim], g.item...))
	}
	return rows, nil
}

func (g *onnxGAN) Graph(e *gorgonia.ExprGraph, nodes map[string]*gorgonia.Node, z *compute.Tensor) (*gorgonia.Node, error) {
	latents, err := g.latents(z)
	if err != nil {
		return nil, err
	}
	if len(latents) != 1 {
		return nil, fmt.Errorf("%d latents; an ONNX generator is differentiated for one at a time", len(latents))
	}
	if err := g.params.checkNodes(nodes); err != nil {
		return nil, err
	}
	inputs := map[string]*gorgonia.Node{g.input: autodiff.Constant(e, "z", z.Reshape(g.item...))}
	for _, name := range g.params.names {
		inputs[name] = nodes[name]
	}
	out, err := g.model.Graph(e, inputs, []string{g.output})
	if err != nil || g.colour == (pixelRange{-1, 1}) {
		return first(out), err
	}
	b := &builder{g: e}
	x := b.do(func() (node, error) { return autodiff.Scale(out[0], 2/(g.colour.high-g.colour.low)) })
	shift := compute.New(3)
	for i := range shift.Data {
		shift.Data[i] = -2*g.colour.low/(g.colour.high-g.colour.low) - 1
	}
	x = b.do(func() (node, error) { return autodiff.AddChannelBias(x, autodiff.Constant(e, "pixel range", shift)) })
	return x, b.err
}

func first(nodes []*gorgonia.Node) *gorgonia.Node {
	if len(nodes) == 0 {
		return nil
	}
	return nodes[0]
}
