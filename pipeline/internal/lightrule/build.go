package lightrule

import (
	"context"
	"errors"
	"fmt"
	"math"

	"rewriting/gan"
	"rewriting/gan/latent"
	"rewriting/metrics"
	"rewriting/pipeline/internal/config"
	"rewriting/pipeline/internal/picture"
	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/source"
	"rewriting/pipeline/internal/study"
	"rewriting/reflections"
	"rewriting/sessions"
	"rewriting/worlds"
)

// placed is a world that knows its two places.
type placed interface {
	worlds.World
	Region(z []float32, name string) ([]bool, error)
}

// experiment is a config whose every name has been resolved.
type experiment struct {
	cfg    *config.Experiment
	set    *config.Reflection
	chain  gan.Chain
	world  placed // nil without one
	window *metrics.Containing
	fitted []reflections.Scene // the scenes that the rule is fitted on
	layers []int               // of the sweep
	units  int
	// masks are the hash of the published masks; empty for scenes of the world.
	masks string
}

// publishedUnits of publishedWidth channels are set by the edit in the paper.
const publishedUnits, publishedWidth = 20, 512

// Build opens what the config names and lays out the stages. All errors are *config.Error.
func Build(ctx context.Context, cfg *config.Experiment) (*study.Study, error) {
	e := &experiment{cfg: cfg, set: cfg.Reflections}
	s := &study.Study{Title: cfg.Title, Config: cfg.Path, Workers: cfg.Run.Workers, ReportVersion: reportVersion}
	src, err := e.openGenerator(ctx)
	if err != nil {
		return nil, err
	}
	nets := &source.Networks{Find: cfg.Find}
	e.window, err = metrics.NewContaining(e.set.Window, metrics.Context{Generator: e.chain, Open: nets.Open, Quantise: picture.RoundTrip})
	var bad *metrics.ParamError
	switch {
	case errors.As(err, &bad):
		return nil, cfg.At("reflections.window."+bad.Key, "%s", bad.Err)
	case err != nil:
		return nil, cfg.At("reflections.window", "%s", err)
	}
	inputs := []source.Input{src.Input("generator")}
	if err := e.openScenes(&inputs); err != nil {
		return nil, err
	}
	if err := e.checkLayers(); err != nil {
		return nil, err
	}
	s.Samples = study.Samples(cfg.Samples)
	if e.masks != "" { // no other scenes have masks
		s.Samples.First, s.Samples.Count = 0, len(e.fitted)
	}
	s.Inputs = append(inputs, nets.Inputs()...)
	s.Facts = []report.Fact{{Name: "weights as used", Value: "sha256 " + e.chain.Info().Hash}}
	s.Resolved = e.resolved(src.SHA256)
	e.stages(s)
	return s, nil
}

func (e *experiment) openGenerator(ctx context.Context) (*source.Source, error) {
	cfg := e.cfg
	src, err := source.Open(e.set.Model)
	if err != nil {
		return nil, cfg.At("reflections.model", "%s", err)
	}
	if e.set.SHA256 != "" && e.set.SHA256 != src.SHA256 {
		return nil, cfg.At("reflections.sha256", "is %s, but %s has %s", e.set.SHA256, src.Name, src.SHA256)
	}
	g, err := source.Generator(ctx, src, gan.Options{Truncation: 1})
	if err != nil {
		return nil, cfg.At("reflections.model", "%s", err)
	}
	var ok bool
	if e.chain, ok = g.(gan.Chain); !ok {
		return nil, cfg.At("reflections.model", "is a %s; the experiment edits what flows from layer to layer of a Progressive GAN", g.Info().Kind)
	}
	e.world, _ = src.World.(placed)
	return src, nil
}

// openScenes reads the published masks, or asks the world for the first rows of the table.
func (e *experiment) openScenes(inputs *[]source.Input) error {
	cfg, set := e.cfg, e.set
	dim := e.chain.Info().LatentDim
	if set.Masks != "" {
		src, err := source.Open(set.Masks)
		if err != nil {
			return cfg.At("reflections.masks", "%s", err)
		}
		all, err := sessions.LoadReflections(set.Masks)
		if err != nil {
			return cfg.At("reflections.masks", "%s", err)
		}
		*inputs = append(*inputs, src.Input("masks"))
		e.masks = src.SHA256
		for _, m := range all {
			if m.Image >= set.Rows {
				return cfg.At("reflections.masks", "image %d is beyond the table of %d rows", m.Image, set.Rows)
			}
		}
		table := latent.Table(set.Seed, set.Rows, dim)
		for _, m := range all {
			e.fitted = append(e.fitted, reflections.Scene{Latent: table.Item(m.Image).Data, Window: m.Intervention, Reflect: m.Revert})
		}
		if len(e.fitted) == 0 {
			return cfg.At("reflections.masks", "the file holds no scenes")
		}
		return nil
	}
	if e.world == nil {
		return cfg.At("reflections.masks", "is required: %s has no world that knows where windows and their reflections are", set.Model)
	}
	if set.Rule != "" {
		if _, err := e.world.Obeys(make([]float32, dim), set.Rule); err != nil {
			return cfg.At("reflections.rule", "%s", err)
		}
	}
	table := latent.Table(set.Seed, max(set.Rows, set.Scenes), dim)
	for i := range set.Scenes {
		s, err := e.scene(table.Item(i).Data)
		if err != nil {
			return cfg.At("reflections.model", "%s", err)
		}
		e.fitted = append(e.fitted, s)
	}
	return nil
}

// scene asks the world for the two places.
func (e *experiment) scene(z []float32) (reflections.Scene, error) {
	s := reflections.Scene{Latent: z}
	side := e.world.Size()
	for name, mask := range map[string]**sessions.Mask{"window": &s.Window, "reflection": &s.Reflect} {
		inside, err := e.world.Region(z, name)
		if err != nil {
			return s, err
		}
		*mask = sessions.NewMask(inside, side, side)
	}
	return s, nil
}

// checkLayers fills in what follows from the generator.
func (e *experiment) checkLayers() error {
	last := len(e.chain.Layers())
	if e.set.CompareLayer > last {
		return e.cfg.At("reflections.compare_layer", "is %d, but the generator has %d layers", e.set.CompareLayer, last)
	}
	e.layers = e.set.Layers
	if len(e.layers) == 0 {
		for l := 1; l <= e.set.CompareLayer; l++ {
			e.layers = append(e.layers, l)
		}
	}
	width := e.chain.Layers()[e.set.EditLayer-1].Out
	e.units = e.set.Units
	if e.units == 0 {
		e.units = max(1, int(math.Round(float64(publishedUnits*width)/publishedWidth)))
	}
	if e.units > width {
		return e.cfg.At("reflections.units", "is %d, but layer %d has %d", e.units, e.set.EditLayer, width)
	}
	return nil
}

// edit is E_v from what dissection has found.
func (e *experiment) edit(units []reflections.Unit) reflections.Edit {
	out := reflections.Edit{Layer: e.set.EditLayer, Units: reflections.Best(units, e.units)}
	value := func(u reflections.Unit, v float64) float32 {
		if e.set.Spread {
			v = u.Mean + v*u.Deviation
		}
		return float32(v)
	}
	for _, n := range out.Units {
		out.High, out.Low = append(out.High, value(units[n], e.set.High)), append(out.Low, value(units[n], e.set.Low))
	}
	return out
}

// sample is scene i of the measurement: a fresh one of the world, or one of the masks'.
func (e *experiment) sample(seed uint32) (reflections.Scene, error) {
	if e.masks != "" {
		if int(seed) >= len(e.fitted) {
			return reflections.Scene{}, fmt.Errorf("scene %d of %d", seed, len(e.fitted))
		}
		return e.fitted[seed], nil
	}
	return e.scene(latent.Seed(seed, e.chain.Info().LatentDim).Data)
}
