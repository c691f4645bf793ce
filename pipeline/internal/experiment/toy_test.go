package experiment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/gan/latent"
	"rewriting/methods"
	"rewriting/metrics"
	"rewriting/pipeline/internal/config"
	"rewriting/pipeline/internal/source"
	"rewriting/pipeline/internal/study"
	"rewriting/sessions"
)

// toyGenerator is a network of one layer that a test can see through: pixel i of the image is tanh of one number of z times a gain.
type toyGenerator struct {
	gain float32
	nan  int // the image drawn for this first number of z, in thousandths, holds NaN
}

const toySide, toyDim = 4, 8

func (g toyGenerator) Info() gan.Info {
	return gan.Info{Kind: "toy", LatentDim: toyDim, Resolution: toySide, Truncation: 1, Parameters: 1, Hash: fmt.Sprintf("toy %v", g.gain)}
}
func (g toyGenerator) Layers() []gan.Layer      { return []gan.Layer{toyLayer} }
func (g toyGenerator) Cut(int) (gan.Cut, error) { return toyCut{g}, nil }
func (g toyGenerator) Tensors() map[string]*compute.Tensor {
	return map[string]*compute.Tensor{"gain": compute.From([]float32{g.gain}, 1)}
}
func (g toyGenerator) Names() []string { return []string{"gain"} }
func (g toyGenerator) With(changed map[string]*compute.Tensor) (gan.Generator, error) {
	if t, ok := changed["gain"]; ok {
		g.gain = t.Data[0]
	}
	return g, nil
}
func (g toyGenerator) Graph(*gorgonia.ExprGraph, map[string]*gorgonia.Node, *compute.Tensor) (*gorgonia.Node, error) {
	return nil, errors.New("the toy has no gradients")
}
func (g toyGenerator) Image(z *compute.Tensor) (*compute.Tensor, error) {
	n := z.Dim(0)
	x := compute.New(n, 3, toySide, toySide)
	for i := range x.Data {
		v := z.Data[i/(3*toySide*toySide)*toyDim+i%toyDim]
		x.Data[i] = float32(math.Tanh(float64(v * g.gain)))
	}
	if g.nan != 0 && int(1000*z.Data[0]) == g.nan {
		x.Data[0] = float32(math.NaN())
	}
	return x, nil
}

var toyLayer = gan.Layer{Number: 3, Name: "gain", In: 1, Out: 1, KeySize: 1, ValueSize: 1, Kernel: 1}

type toyCut struct{ g toyGenerator }

func (c toyCut) Layer() gan.Layer { return toyLayer }
func (c toyCut) Context(z *compute.Tensor) (*gan.State, error) {
	return &gan.State{Key: compute.New(z.Dim(0), 1, 1, 1)}, nil
}
func (c toyCut) Target(*gan.State) (*compute.Tensor, error) { return compute.New(1, 1, 1, 1), nil }
func (c toyCut) Render(*gan.State, *compute.Tensor) (*compute.Tensor, error) {
	return compute.New(1, 3, toySide, toySide), nil
}
func (c toyCut) Weight() *compute.Tensor                     { return compute.New(1, 1, 1, 1) }
func (c toyCut) WithWeight(*compute.Tensor) (gan.Cut, error) { return c, nil }
func (c toyCut) Generator() gan.Generator                    { return c.g }
func (c toyCut) TargetGraph(*gorgonia.ExprGraph, *gorgonia.Node, *gan.State) (*gorgonia.Node, error) {
	return nil, errors.New("the toy has no gradients")
}

// toyMethod sets the gain to its rate.
type toyMethod struct {
	applied *atomic.Int64
	fail    error
	before  func(seed uint32) error // called before every image
}

func (m toyMethod) Describe() methods.Description {
	return methods.Description{Title: "Toy", Parameters: []string{"rate"}}
}
func (m toyMethod) Defaults() methods.Params                                 { return methods.Params{Rate: 2} }
func (m toyMethod) Check(methods.Params, gan.Layer, *sessions.Session) error { return nil }
func (m toyMethod) Apply(_ context.Context, t methods.Task) (*methods.Edit, error) {
	m.applied.Add(1)
	if m.fail != nil {
		return nil, m.fail
	}
	return &methods.Edit{Tensors: map[string]*compute.Tensor{"gain": compute.From([]float32{float32(t.Params.Rate)}, 1)},
		Losses: []float64{2, 1}, Notes: map[string]string{}, Seconds: 3}, nil
}
func (m toyMethod) Renderer(t methods.Task, e *methods.Edit) (methods.Renderer, error) {
	g, err := t.Cut.Generator().With(e.Tensors)
	return toyRenderer{g, m.before}, err
}

type toyRenderer struct {
	g      gan.Generator
	before func(uint32) error
}

func (r toyRenderer) Image(ctx context.Context, s methods.Sample) (*compute.Tensor, error) {
	if r.before != nil {
		if err := r.before(s.Seed); err != nil {
			return nil, err
		}
	}
	return r.g.Image(compute.From(s.Z, 1, len(s.Z)))
}

// toyScorer is the mean difference of the images, and whether it is large among the odd seeds.
type toyScorer struct{ scored *atomic.Int64 }

func (toyScorer) columns(key string) []metrics.Column {
	return []metrics.Column{
		{Key: key, Title: key, Kind: metrics.Mean, Direction: metrics.Lower, Digits: 3, Version: 1},
		{Key: key + "-odd", Title: key + " is large", Kind: metrics.Rate, Unit: "%", Direction: metrics.Higher, Version: 1},
	}
}
func (s toyScorer) Score(_ context.Context, x *metrics.Sample) ([]float64, error) {
	s.scored.Add(1)
	sum := 0.0
	for i, v := range x.Edited.Data {
		sum += math.Abs(float64(v - x.Clean.Data[i]))
	}
	odd := math.NaN()
	if x.Seed%2 == 1 {
		odd = 0
		if sum > 2 {
			odd = 1
		}
	}
	return []float64{sum / float64(len(x.Edited.Data)), odd}, nil
}

// toy is an experiment of three rows and two columns that runs in milliseconds.
type toy struct {
	*Experiment
	applied, scored *atomic.Int64
}

const toyConfig = `title = "Toy"
[generator]
model = "toy.toml"
[session]
file = "toy.toml"
layer = 3
[samples]
count = 23
chunk = 10
[[method]]
name = "Ours"
kind = "toy"
[[method]]
name = "Stronger"
kind = "toy"
[[method]]
name = "Unmodified"
kind = "toy"
[[metric]]
name = "change"
kind = "toy"
[[metric]]
name = "again"
kind = "toy"
[report]
ranked = 0
samples = 2
`

func newToy(t *testing.T, overrides ...string) *toy {
	t.Helper()
	path := filepath.Join(t.TempDir(), "toy.toml")
	if err := os.WriteFile(path, []byte(toyConfig), 0o644); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(path, overrides)
	if err != nil {
		t.Fatal(err)
	}
	// The result holds names of files; a constant one keeps results of different tests comparable.
	cfg.Path, cfg.Session.File, cfg.Generator.Model = "toy.toml", "toy.json", "toy"
	x := &toy{applied: new(atomic.Int64), scored: new(atomic.Int64)}
	g := toyGenerator{gain: 1}
	x.Experiment = &Experiment{Config: cfg, Generator: g, Cut: toyCut{g}, Session: &sessions.Session{},
		Table:  latent.Table(1, 5, toyDim),
		Inputs: []source.Input{{Role: "session", Name: "toy.json", SHA256: "session"}}}
	for i, rate := range []float64{1.5, 3, 1} {
		x.Rows = append(x.Rows, Row{Name: cfg.Methods[i].Name, Kind: "toy", Entry: cfg.Methods[i],
			Method: toyMethod{applied: x.applied}, Task: methods.Task{Params: methods.Params{Rate: rate, Steps: 2}}})
	}
	for i, key := range []string{"change", "again"} {
		s := toyScorer{x.scored}
		x.Columns = append(x.Columns, Column{Name: cfg.Metrics[i].Name, Kind: "toy", Scorer: s, Columns: s.columns(key)})
	}
	return x
}

func (x *toy) mustRun(t *testing.T, dir string, o study.Options) *study.Outcome {
	t.Helper()
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if o.FS == nil {
		o.FS = newDisk(math.MaxInt)
	}
	outcome, err := x.Run(context.Background(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return outcome
}

// results reads all files of a run but those that tell of time: the journal, and the report's forms, which print the times.
func results(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		switch name = filepath.ToSlash(name); name {
		case "journal.jsonl", "lock", "plan.json", "result.json", "report/index.html", study.ReportSums:
			return nil
		}
		b, err := os.ReadFile(path)
		out[name] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
