package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/gan/latent"
	"rewriting/metrics"
	"rewriting/onnx"
	"rewriting/worlds"
)

// surveySeed is the first seed of the images that settings are chosen on. The tables use seeds from 0 and
// 1000007 upwards, so nothing is chosen on what it is later measured with.
const surveySeed = 2_000_000

// scorer measures edits with the metrics of the tables, on clean images that lack the wanted look.
type scorer struct {
	set     *metrics.Set
	samples []*metrics.Sample // without Edited
}

// wish is what an edit shall do, in the words of metrics.
type wish struct {
	rule    string   // of the world
	labels  []string // of the object, left out where change elsewhere is measured
	target  []string // labels that the object's pixels shall become; none: the attribute of the rule's name decides
	add     string   // rule that is the opposite, for erasures: what is counted is images that still show it
	samples [][]string
}

// tables are the [[metric]] tables of the wish.
func (w wish) tables(world worlds.World, latentMoves bool) []map[string]any {
	network := func(name string) string { return "world:" + world.Name() + "/" + name }
	mask := map[string]any{"segmenter": network("segmenter"), "classes": w.labels}
	against := "own"
	if !latentMoves {
		against = "render"
	}
	efficacy := map[string]any{"kind": "classifier", "network": network("attributes"), "attribute": w.rule, "among": []string{"all"}}
	switch {
	case w.add != "":
		efficacy = map[string]any{"kind": "drawn", "with": w.add, "without": w.rule, "wanted": false, "count": false}
	case len(w.target) > 0:
		efficacy = map[string]any{"kind": "modified", "mask": mask, "target": w.target}
	}
	return []map[string]any{
		efficacy,
		{"kind": "nearer", "rule": w.rule, "against": against, "mask": mask},
		{"kind": "lpips", "network": network("lpips"), "mask": mask},
		{"kind": "counterfactual", "rule": w.rule, "network": network("lpips"), "against": []string{against}},
	}
}

// newScorer draws n clean images of the scenes that the wish is about.
func newScorer(world worlds.World, generator gan.Generator, w wish, n int) (*scorer, error) {
	_, err := world.MoveLatent(latent.Seed(surveySeed, world.LatentDim()).Data, w.rule)
	c := metrics.Context{World: world, Generator: generator, Open: opener(world), Quantise: roundTrip}
	var all []metrics.Metric
	for _, table := range w.tables(world, !errors.Is(err, worlds.ErrNoLatent)) {
		kind := table["kind"].(string)
		delete(table, "kind")
		spec, err := metrics.Decode(kind, "", table)
		if err != nil {
			return nil, err
		}
		m, err := spec.Build(c)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", kind, err)
		}
		all = append(all, m)
	}
	s := &scorer{}
	if s.set, err = metrics.NewSet(all...); err != nil {
		return nil, err
	}
	for seed := uint32(surveySeed); len(s.samples) < n; seed++ {
		z := latent.Seed(seed, world.LatentDim())
		fits, err := matches(world, z.Data, w.samples)
		if err != nil {
			return nil, err
		}
		if !fits {
			continue
		}
		image, err := generator.Image(z)
		if err != nil {
			return nil, err
		}
		s.samples = append(s.samples, &metrics.Sample{Seed: seed, Z: z.Data, Clean: roundTrip(image), Prepared: metrics.NewPrepared()})
	}
	return s, nil
}

// score draws every sample with an edit and returns the columns' numbers.
func (s *scorer) score(ctx context.Context, render func(z []float32) (*compute.Tensor, error)) ([]float64, error) {
	columns := s.set.Columns()
	scores := make(metrics.Scores, len(columns))
	for _, clean := range s.samples {
		image, err := render(clean.Z)
		if err != nil {
			return nil, err
		}
		x := *clean
		x.Edited = roundTrip(image)
		values, err := s.set.Score(ctx, &x)
		if err != nil {
			return nil, err
		}
		for i, v := range values {
			scores[i] = append(scores[i], v)
		}
	}
	out := make([]float64, len(columns))
	for i := range columns {
		out[i] = metrics.Summarise(columns, scores, i).Value
	}
	return out, nil
}

// matches reports whether the scene of z has all switches of one of the lists as wanted: on, or off with a leading "!".
func matches(world worlds.World, z []float32, lists [][]string) (bool, error) {
	for _, switches := range lists {
		match := true
		for _, s := range switches {
			name, off := strings.CutPrefix(strings.TrimSpace(s), "!")
			on, err := world.Truth(z, name)
			if err != nil {
				return false, err
			}
			match = match && on != off
		}
		if match {
			return true, nil
		}
	}
	return false, nil
}

// roundTrip is what saving an image as 8 bits per channel and reading it back does.
func roundTrip(x *compute.Tensor) *compute.Tensor {
	return gan.Dequantise(gan.Quantise(x), x.Shape...)
}

// network is an ONNX model as metrics want it.
type network struct {
	model *onnx.Model
	info  metrics.NetworkInfo
}

func (n network) Info() metrics.NetworkInfo { return n.info }

func (n network) Run(ctx context.Context, inputs ...*compute.Tensor) ([]*compute.Tensor, error) {
	in := map[string]*onnx.Value{}
	for i, name := range n.info.Inputs {
		in[name] = onnx.FromTensor(inputs[i])
	}
	values, err := n.model.Run(ctx, in)
	if err != nil {
		return nil, err
	}
	out := make([]*compute.Tensor, len(n.info.Outputs))
	for i, name := range n.info.Outputs {
		if out[i], err = values[name].Tensor(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// opener opens the world's own networks.
func opener(world worlds.World) func(string) (metrics.Network, error) {
	open := map[string]network{}
	return func(name string) (metrics.Network, error) {
		if n, ok := open[name]; ok {
			return n, nil
		}
		b, err := world.File(name[strings.LastIndexByte(name, '/')+1:] + ".onnx")
		if err != nil {
			return nil, err
		}
		model, err := onnx.Load(b)
		if err != nil {
			return nil, fmt.Errorf("network %s: %w", name, err)
		}
		n := network{model, metrics.NetworkInfo{Name: name, Metadata: model.Metadata()}}
		for _, p := range model.Inputs() {
			n.info.Inputs = append(n.info.Inputs, p.Name)
		}
		for _, p := range model.Outputs() {
			n.info.Outputs = append(n.info.Outputs, p.Name)
		}

		open[name] = n
		return n, nil
	}
}
