package gan

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/BurntSushi/toml"

	"rewriting/gan/checkpoint"
)

// Description says how the tensors of a state dict are wired: layers in order, from the latent to the picture. It stands in a
// TOML file:
//
//	weights = "generator.pth"    # beside this file
//	latent = [64]
//
//	[[layer]]
//	kind = "linear"
//	name = "main.0"              # of the tensors main.0.weight and main.0.bias
//	[[layer]]
//	kind = "reshape"
//	shape = [64, 4, 4]
//	[[layer]]
//	kind = "conv-transpose"
//	name = "main.3"
//	stride = 2
//	padding = 1
//	[[layer]]
//	kind = "tanh"
//
// Sizes of kernels and numbers of channels follow from the tensors. A generator read this way is an ONNX
// generator in all but the file that it is saved to: that is a state dict again.
type Description struct {
	Weights string           `toml:"weights"` // path of the state dict
	SHA256  string           `toml:"sha256"`  // of that file, hex; empty: any
	State   []string         `toml:"state"`   // keys that lead to it inside the file, such as ["G"]
	Latent  []int            `toml:"latent"`  // sizes of one latent, without the batch
	Range   string           `toml:"range"`   // of the pixels; empty: "0,1" after a sigmoid, else "-1,1"
	Layers  []DescribedLayer `toml:"layer"`
}

// DescribedLayer is one layer of a Description; which keys apply depends on its kind.
type DescribedLayer struct {
	Kind          string  `toml:"kind"`
	Name          string  `toml:"name"`           // prefix of its tensors
	Shape         []int   `toml:"shape"`          // reshape: without the batch
	Stride        int     `toml:"stride"`         // convolutions; 0 means 1
	Padding       int     `toml:"padding"`        // convolutions
	OutputPadding int     `toml:"output_padding"` // conv-transpose
	Scale         int     `toml:"scale"`          // upsample; 0 means 2
	Mode          string  `toml:"mode"`           // upsample: "nearest" (default) or "bilinear"
	Slope         float64 `toml:"slope"`          // leaky-relu
	Epsilon       float64 `toml:"epsilon"`        // normalisations; 0 means 1e-5
}

// ReadDescription reads the TOML form.
func ReadDescription(text []byte) (*Description, error) {
	d := &Description{}
	md, err := toml.NewDecoder(bytes.NewReader(text)).Decode(d)
	switch {
	case err != nil:
		return nil, fmt.Errorf("description of a generator: %w", err)
	case len(md.Undecoded()) > 0:
		return nil, fmt.Errorf("description of a generator: no such key %q", md.Undecoded()[0])
	case d.Weights == "":
		return nil, errors.New("description of a generator: weights is required, the path of the state dict")
	case len(d.Latent) == 0 || product(d.Latent) == 0:
		return nil, fmt.Errorf("description of a generator: latent = %v: must list the sizes of one latent, such as latent = [64]", d.Latent)
	case len(d.Layers) == 0:
		return nil, errors.New("description of a generator: at least one [[layer]] is required")
	}
	return d, nil
}

// LoadDescribed reads the state dict that d describes. Every tensor must belong to a layer and every layer must find its tensors.
func LoadDescribed(ctx context.Context, d *Description, weights Source, o Options) (Generator, error) {
	g, err := d.load(ctx, weights, o)
	if err != nil {
		return nil, fmt.Errorf("loading described generator: %w", err)
	}
	return g, nil
}

func (d *Description) load(ctx context.Context, weights Source, o Options) (Generator, error) {
	if err := o.unnamed(); err != nil {
		return nil, err
	}
	f, err := checkpoint.ReadFrom(weights, weights.Size())
	if err != nil {
		return nil, err
	}
	s, err := f.State(d.State...)
	if err != nil {
		return nil, err
	}
	w := newWiring(d, s)
	for i, l := range d.Layers {
		if err := w.add(l); err != nil {
			return nil, fmt.Errorf("layer %d (%s): %w", i+1, strings.TrimSpace(l.Kind+" "+l.Name), err)
		}
	}
	if err := s.Finish(); err != nil {
		return nil, fmt.Errorf("%w: no layer uses it", err)
	}
	g, err := readONNX(ctx, bytes.NewReader(w.model.Bytes()), o)
	if err != nil {
		return nil, err
	}
	described := g.(*onnxGAN)
	described.described = &describedState{names: s.Names(), tensors: w.tensors, path: d.State, flat: f.Format == checkpoint.Safetensors}
	return described, nil
}
