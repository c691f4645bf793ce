package fidlayers

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"rewriting/gan"
	"rewriting/metrics"
	"rewriting/pipeline/internal/config"
	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/source"
	"rewriting/pipeline/internal/study"
)

// layered is one generator of the experiment with the layers and sizes that its patches come in.
type layered struct {
	config.LayeredGenerator
	gen    gan.Generator
	layers []layer
	pixels []int // of patches that any of its layers can draw
}

// layer is a layer that can draw patches of some of the sizes.
type layer struct {
	gan.Layer
	cut   gan.Cut
	sizes []size
}

// size is the side of a square patch.
type size struct{ Pixels, Cells int }

// experiment is a config whose every name has been resolved.
type experiment struct {
	cfg      *config.Experiment
	set      *config.LayerFID
	features *metrics.Features
	gens     []*layered
}

const (
	// maxResampled bounds the dimension for bands: every batch keeps a matrix of its square.
	maxResampled = 512
	// resamples are drawn for bands where the config does not say how many.
	resamples = 200
)

// Build opens what the config names and lays out the stages. All errors are *config.Error.
func Build(ctx context.Context, cfg *config.Experiment) (*study.Study, error) {
	set := *cfg.FIDLayers // what the config leaves open is filled in
	e := &experiment{cfg: cfg, set: &set}
	s := &study.Study{Title: cfg.Title, Config: cfg.Path, Samples: study.Samples(cfg.Samples), Workers: cfg.Run.Workers, ReportVersion: reportVersion}
	if uint32(cfg.Samples.Count) > e.set.Second {
		return nil, cfg.At("fid_layers.second", "must be at least samples.count = %d, so that the sets share no latent", cfg.Samples.Count)
	}
	nets := &source.Networks{Find: cfg.Find}
	var err error
	if e.features, err = e.openFeatures(ctx, nets); err != nil {
		return nil, err
	}
	if e.set.Bootstrap < 0 {
		if e.set.Bootstrap = resamples; e.features.Dim() > maxResampled {
			e.set.Bootstrap = 0
		}
	}
	if e.set.Bootstrap > 0 && e.features.Dim() > maxResampled {
		return nil, cfg.At("fid_layers.bootstrap", "must be 0 above %d features; %s has %d", maxResampled, e.features.Short(), e.features.Dim())
	}
	for _, g := range e.set.Generators {
		l, src, err := e.openGenerator(ctx, g)
		if err != nil {
			return nil, err
		}
		e.gens = append(e.gens, l)
		s.Inputs = append(s.Inputs, src.Input("generator"))
		s.Facts = append(s.Facts, report.Fact{Name: "weights of " + g.Name + " as used", Value: "sha256 " + l.gen.Info().Hash})
	}
	s.Inputs = append(s.Inputs, nets.Inputs()...)
	s.Resolved = e.resolved(s.Inputs)
	e.stages(s)
	return s, nil
}

func (e *experiment) openFeatures(ctx context.Context, nets *source.Networks) (*metrics.Features, error) {
	p := e.set.Preprocess
	f, err := metrics.OpenFeatures(ctx, e.set.Network, e.set.Outputs, metrics.Preprocess{Mode: p.Mode, Range: p.Range, Resize: p.Resize, Size: p.Size}, slices.Min(e.set.Pixels),
		metrics.Context{Open: nets.Open})
	var bad *metrics.ParamError
	switch {
	case errors.As(err, &bad):
		return nil, e.cfg.At("fid_layers."+bad.Key, "%s", bad.Err)
	case err != nil:
		return nil, e.cfg.At("fid_layers.network", "%s", err)
	}
	return f, nil
}

func (e *experiment) openGenerator(ctx context.Context, g config.LayeredGenerator) (*layered, *source.Source, error) {
	cfg := e.cfg
	src, err := source.Open(g.Model)
	if err != nil {
		return nil, nil, cfg.At(g.Path+".model", "%s", err)
	}
	if g.SHA256 != "" && g.SHA256 != src.SHA256 {
		return nil, nil, cfg.At(g.Path+".sha256", "is %s, but %s has %s", g.SHA256, src.Name, src.SHA256)
	}
	gen, err := source.Generator(ctx, src, gan.Options{Truncation: g.Truncation})
	if err != nil {
		return nil, nil, cfg.At(g.Path+".model", "%s", err)
	}
	if gen.Info().Kind == "onnx" {
		return nil, nil, cfg.At(g.Path+".model", "patches need a StyleGAN2 or Progressive GAN; an ONNX graph cannot be cut to a rectangle")
	}
	for _, other := range e.gens {
		if other.Name == g.Name {
			return nil, nil, cfg.At(g.Path+".name", "%q is the name of another generator; names must differ", g.Name)
		}
	}
	l := &layered{LayeredGenerator: g, gen: gen}
	resolution := gen.Info().Resolution
	for _, p := range e.set.Pixels {
		if p > resolution {
			return nil, nil, cfg.At("fid_layers.pixels", "%d is larger than the images of %s, %d pixels", p, g.Name, resolution)
		}
	}
	known := gen.Layers()
	for _, number := range g.Layers {
		if !slices.ContainsFunc(known, func(k gan.Layer) bool { return k.Number == number }) {
			return nil, nil, cfg.At(g.Path+".layers", "layer %d cannot be cut; layers %d to %d can", number, known[0].Number, known[len(known)-1].Number)
		}
	}
	for _, k := range known {
		if len(g.Layers) > 0 && !slices.Contains(g.Layers, k.Number) {
			continue
		}
		sizes := e.sizes(k, resolution)
		if len(sizes) == 0 {
			continue
		}
		cut, err := gen.Cut(k.Number)
		if err != nil {
			return nil, nil, cfg.At(g.Path+".layers", "%s", err)
		}
		l.layers = append(l.layers, layer{Layer: k, cut: cut, sizes: sizes})
		for _, s := range sizes {
			if !slices.Contains(l.pixels, s.Pixels) {
				l.pixels = append(l.pixels, s.Pixels)
			}
		}
	}
	if len(l.layers) == 0 {
		return nil, nil, cfg.At("fid_layers.pixels", "no layer of %s draws patches of %v pixels in whole cells", g.Name, e.set.Pixels)
	}
	slices.Sort(l.pixels)
	return l, src, nil
}

// sizes are the patches of whole cells that a layer can draw, smallest first: c cells are c·R/r pixels, R the side of the image and
// r that of the key map.
func (e *experiment) sizes(l gan.Layer, resolution int) []size {
	var out []size
	for _, p := range slices.Sorted(slices.Values(e.set.Pixels)) {
		if c := p * l.KeySize / resolution; c >= 1 && c*resolution == p*l.KeySize {
			out = append(out, size{p, c})
		}
	}
	return out
}

func (g *layered) label(l layer) string { return fmt.Sprintf("%s, layer %d", g.Name, l.Number) }
