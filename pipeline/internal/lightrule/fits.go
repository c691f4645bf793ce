package lightrule

import (
	"bytes"
	"context"
	"fmt"
	"runtime"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/gan/checkpoint"
	"rewriting/pipeline/internal/stage"
	"rewriting/pipeline/internal/study"
	"rewriting/reflections"
)

// swept is what the sweep says about one layer.
type swept struct {
	Layer  int
	Losses []float64
}

func (s swept) loss() float64 { return s.Losses[len(s.Losses)-1] }

// objective builds the loss from what dissection has found.
func (e *experiment) objective(in *study.Reader, units *study.Stage) (*reflections.Objective, reflections.Edit, error) {
	found, err := read[[]reflections.Unit](in, units)
	if err != nil {
		return nil, reflections.Edit{}, err
	}
	edit := e.edit(found)
	o, err := reflections.NewObjective(e.chain, e.fitted, edit, e.set.CompareLayer)
	return o, edit, err
}

// addSweep adds the unconstrained fit of one layer. Layers run side by side.
func (e *experiment) addSweep(s *study.Study, units *study.Stage, layer int) *study.Stage {
	return s.Add(&study.Stage{
		Name: fmt.Sprintf("sweep: layer %d", layer), Group: "layer sweep", Path: "artefacts/sweep-KEY.json", Steps: e.set.SweepSteps, Needs: []*study.Stage{units},
		Content: e.fitContent("sweep", sweepVersion).Set("layer", layer).Set("steps", e.set.SweepSteps).Set("rate", e.set.SweepRate),
		Compute: func(ctx context.Context, in *study.Reader, _ stage.Range, m study.Meter) ([]byte, error) {
			o, _, err := e.objective(in, units)
			if err != nil {
				return nil, err
			}
			found, err := o.Solve(ctx, layer, reflections.SolveOptions{Steps: e.set.SweepSteps, Rate: e.set.SweepRate, Progress: counted(m)})
			if err != nil {
				return nil, err
			}
			return marshal(swept{layer, found.Losses})
		},
		Cost: e.fitCost(layer, e.set.SweepSteps, 20*int64(e.set.SweepSteps)),
	})
}

// counted tells a meter about steps.
func counted(m study.Meter) func(step, steps int, loss float64) {
	return func(step, _ int, _ float64) {
		if step > 0 {
			m.Add(1)
		}
	}
}

// addRule adds the constrained fit of the layer whose loss is lowest in the sweep, or of the one that the config names: a
// PyTorch file of the weight before and after, named as in the published result, and of the losses.
func (e *experiment) addRule(s *study.Study, st *laid) *study.Stage {
	c := e.fitContent("rule", ruleVersion).Set("layer", e.set.Layer).Set("steps", e.set.Steps).Set("rate", e.set.Rate).
		Set("rank", e.set.Rank).Set("project every", e.set.Every)
	needs := []*study.Stage{st.units}
	if e.set.Layer == 0 {
		needs = append(needs, st.sweep...)
	}
	return s.Add(&study.Stage{
		Name: "rule", Path: "artefacts/rule-KEY.pt", Steps: e.set.Steps, Needs: needs, Content: c,
		Compute: func(ctx context.Context, in *study.Reader, _ stage.Range, m study.Meter) ([]byte, error) {
			layer := e.set.Layer
			if layer == 0 {
				var err error
				if layer, err = e.lowest(in, st); err != nil {
					return nil, err
				}
			}
			o, _, err := e.objective(in, st.units)
			if err != nil {
				return nil, err
			}
			found, err := o.Solve(ctx, layer, reflections.SolveOptions{Steps: e.set.Steps, Rate: e.set.Rate, Rank: e.set.Rank,
				ProjectEvery: e.set.Every, Workers: min(2, runtime.GOMAXPROCS(0)), Progress: counted(m)})
			if err != nil {
				return nil, err
			}
			return e.encode(found)
		},
		Check: func(payload []byte, _ stage.Range) error {
			_, err := e.decode(payload)
			return err
		},
		Cost: e.fitCost(e.ruleLayer(), e.set.Steps, int64(4*(e.set.Steps+2*e.chain.Tensors()[e.weightName(e.ruleLayer())].Len()))),
	})
}

// ruleLayer is the layer of the rule, or a likely one before the sweep has found it.
func (e *experiment) ruleLayer() int {
	if e.set.Layer > 0 {
		return e.set.Layer
	}
	return e.layers[len(e.layers)/2]
}

// lowest is the layer whose loss is lowest in the sweep.
func (e *experiment) lowest(in *study.Reader, st *laid) (int, error) {
	best := swept{}
	for _, each := range st.sweep {
		s, err := read[swept](in, each)
		if err != nil {
			return 0, err
		}
		if best.Layer == 0 || s.loss() < best.loss() {
			best = s
		}
	}
	return best.Layer, nil
}

// rule is a fitted rule as it was stored.
type rule struct {
	layer  int
	chain  gan.Chain
	losses []float32
}

func (e *experiment) encode(found *reflections.Solution) ([]byte, error) {
	d := checkpoint.NewDict()
	losses := compute.New(len(found.Losses))
	for i, l := range found.Losses {
		losses.Data[i] = float32(l)
	}
	d.Set(fmt.Sprintf("unopt_layer%d", found.Layer), e.chain.Tensors()[e.weightName(found.Layer)])
	d.Set(fmt.Sprintf("opt_layer%d", found.Layer), found.Weight)
	d.Set("losses", losses)
	var b bytes.Buffer
	err := checkpoint.Write(&b, d)
	return b.Bytes(), err
}

func (e *experiment) weightName(layer int) string { return e.chain.Layers()[layer-1].Name }

func (e *experiment) decode(payload []byte) (*rule, error) {
	f, err := checkpoint.ReadFrom(bytes.NewReader(payload), int64(len(payload)))
	if err != nil {
		return nil, err
	}
	state, err := f.State()
	if err != nil {
		return nil, err
	}
	for _, l := range e.chain.Layers() {
		name := fmt.Sprintf("opt_layer%d", l.Number)
		if !state.Has(name) {
			continue
		}
		w, err := state.Take(name, l.Out, l.In, l.Kernel, l.Kernel)
		if err != nil {
			return nil, err
		}
		losses, err := state.Take("losses", -1)
		if err != nil {
			return nil, err
		}
		changed, err := e.chain.With(map[string]*compute.Tensor{l.Name: w})
		if err != nil {
			return nil, err
		}
		return &rule{l.Number, changed.(gan.Chain), losses.Data}, nil
	}
	return nil, fmt.Errorf("no weight of a rule in the file")
}
