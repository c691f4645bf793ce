package metrics

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"rewriting/compute"
)

// Features maps an image to one vector: the spatial means of some outputs of a network, one output after the other. They are
// what distances between sets of images are measured on, as Inception's pool_3 in the FID (spec: metrics 6.1).
type Features struct {
	net     Network
	info    NetworkInfo
	pre     Preprocess
	outputs []int
	dim     int
}

// OpenFeatures opens a network for images of side x side pixels, and tries it on one. Errors are *ParamError about "network", "outputs" or a key of pre.
func OpenFeatures(ctx context.Context, name string, outputs []string, pre Preprocess, side int, c Context) (*Features, error) {
	if err := pre.check(); err != nil {
		key, _, _ := strings.Cut(err.Error(), " ")
		return nil, &ParamError{key, err}
	}
	net, err := open(c, "network", name, 1)
	if err != nil {
		return nil, &ParamError{"network", err}
	}
	f := &Features{net: net, info: net.Info()}
	if f.pre, err = pre.over(f.info); err != nil {
		return nil, &ParamError{"range", err}
	}
	for _, output := range outputs {
		at := slices.Index(f.info.Outputs, output)
		if at < 0 {
			return nil, &ParamError{"outputs", fmt.Errorf("the network %s has no output %q; it has %s", name, output, quoted(f.info.Outputs))}
		}
		f.outputs = append(f.outputs, at)
	}
	probe, err := f.Of(ctx, compute.New(1, 3, side, side))
	if err != nil {
		return nil, &ParamError{"network", fmt.Errorf("images of %d x %d pixels: %w (resize and size say what the network gets)", side, side, err)}
	}
	f.dim = len(probe)
	return f, nil
}

// Dim is the length of the vectors.
func (f *Features) Dim() int { return f.dim }

// Short names the features in a few words, for headings: "attributes: feat5".
func (f *Features) Short() string {
	name := f.info.Name[strings.LastIndexAny(f.info.Name, "/:")+1:]
	var outputs []string
	for _, at := range f.outputs {
		outputs = append(outputs, f.info.Outputs[at])
	}
	return strings.TrimSuffix(name, ".onnx") + ": " + strings.Join(outputs, ", ")
}

// Protocol says everything that the vectors depend on.
func (f *Features) Protocol() string {
	return fmt.Sprintf("%s of %s, %d numbers; clamped floats, not rounded to 8 bits; %s", f.Short(), f.info.cite(), f.dim, f.pre)
}

// Of is the vector of an image [1,3,H,W]. Values outside [-1,1] are clamped; they are not rounded to 8 bits.
func (f *Features) Of(ctx context.Context, image *compute.Tensor) ([]float32, error) {
	x := compute.New(image.Shape...)
	for i, v := range image.Data {
		x.Data[i] = min(max(v, -1), 1)
	}
	outs, err := f.net.Run(ctx, f.pre.apply(x))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.info.Name, err)
	}
	out := make([]float32, 0, f.dim)
	for _, at := range f.outputs {
		t := outs[at]
		if len(t.Shape) < 2 || t.Shape[0] != 1 {
			return nil, fmt.Errorf("%s: output %s has shape %v, want [1,channels,...]", f.info.Name, f.info.Outputs[at], t.Shape)
		}
		channels := t.Shape[1]
		area := len(t.Data) / channels
		for c := range channels {
			sum := 0.0
			for _, v := range t.Data[c*area:][:area] {
				sum += float64(v)
			}
			mean := float32(sum / float64(area))
			if mean-mean != 0 {
				return nil, fmt.Errorf("%s: output %s gives %v", f.info.Name, f.info.Outputs[at], mean)
			}
			out = append(out, mean)
		}
	}
	return out, nil
}
