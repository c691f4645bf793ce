package metrics

import (
	"context"
	"math"
	"slices"
	"sync"
	"testing"

	"rewriting/compute"
)

// stepwise is a network of the fakes with features: the pictures themselves, of which it counts how often they are made.
type stepwise struct {
	Network
	tower string
	made  *[]string // towers, in the order of calls
	mu    *sync.Mutex
}

func (n stepwise) InSteps(outputs ...int) Steps { return steps{n, outputs} }

type steps struct {
	net     stepwise
	outputs []int
}

func (s steps) Tower() any { return s.net.tower }

func (s steps) Features(_ context.Context, x *compute.Tensor) (any, error) {
	s.net.mu.Lock()
	defer s.net.mu.Unlock()
	*s.net.made = append(*s.net.made, s.net.tower)
	return x, nil
}

func (s steps) Outputs(ctx context.Context, features ...any) ([]*compute.Tensor, error) {
	var in []*compute.Tensor
	for _, f := range features {
		in = append(in, f.(*compute.Tensor))
	}
	all, err := s.net.Run(ctx, in...)
	var out []*compute.Tensor
	for _, at := range s.outputs {
		out = append(out, all[at])
	}
	return out, err
}

// inSteps is the context with networks in steps: "bright" and "distance" have one tower, "segment" another.
func inSteps(c Context, made *[]string) Context {
	open, mu := c.Open, new(sync.Mutex)
	c.Open = func(name string) (Network, error) {
		net, err := open(name)
		if err != nil {
			return nil, err
		}
		tower := "common"
		if name == "segment" {
			tower = "own"
		}
		return stepwise{net, tower, made, mu}, nil
	}
	return c
}

// columnsOfAll are metrics that look at the clean image, the edited one and the counterfactual.
func columnsOfAll(t *testing.T, c Context) []*Set {
	mask := map[string]any{"segmenter": "segment", "classes": []any{"mouth"}}
	return []*Set{
		build(t, c, "classifier", "bright", map[string]any{"network": "bright", "attribute": "bright", "truth": "smile"}),
		build(t, c, "lpips", "", map[string]any{"network": "distance", "mask": mask}),
		build(t, c, "counterfactual", "", map[string]any{"network": "distance", "rule": "smile"}),
		build(t, c, "modified", "", map[string]any{"mask": mask, "target": []any{"rest"}}),
		build(t, c, "modified", "", map[string]any{"mask": mask, "target": []any{"other"}, "key": "other"}),
	}
}

func shaded(x *compute.Tensor, by float32) *compute.Tensor {
	y := x.Clone()
	for i, v := range y.Data {
		y.Data[i] = v * by
	}
	return roundTrip(y)
}

func TestFeaturesOfAPictureAreMadeOnceForAllColumnsAndRows(t *testing.T) {
	var made []string
	plain := testContext(t, nil)
	shared := inSteps(plain, &made)
	s := frowning(t, plain, 1)
	s.Prepared = NewPrepared()
	rows := []*compute.Tensor{shaded(s.Clean, 0.9), shaded(s.Clean, 0.8), s.Clean.Clone()}
	for i, edited := range rows {
		under := s.Under("row", edited)
		for k, set := range columnsOfAll(t, shared) {
			alone := *s
			alone.Prepared, alone.Edited = nil, edited
			got, err := set.Score(context.Background(), under)
			if err != nil {
				t.Fatal(err)
			}
			want, err := columnsOfAll(t, plain)[k].Score(context.Background(), &alone)
			if err != nil {
				t.Fatal(err)
			}
			same := func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }
			if !slices.EqualFunc(got, want, same) {
				t.Errorf("row %d, %s: %v with what others found out, %v without", i, set.Columns()[0].Key, got, want)
			}
		}
	}
	// Clean, counterfactual and two edited pictures; the third is the clean one.
	if want := slices.Repeat([]string{"common"}, 4); !slices.Equal(made, want) {
		t.Errorf("features were made of %v, want %v", made, want)
	}
}

func TestLabelsOfAPictureAreFoundOnceForAllColumns(t *testing.T) {
	calls := 0
	c := testContext(t, &calls)
	s := frowning(t, c, 1)
	s.Prepared = NewPrepared()
	all := columnsOfAll(t, c)
	for _, edited := range []*compute.Tensor{shaded(s.Clean, 0.9), shaded(s.Clean, 0.8), s.Clean.Clone()} {
		under := s.Under("row", edited)
		for _, set := range all[3:] {
			score(t, set, under)
		}
	}
	if calls != 3 { // the clean image and two edited ones
		t.Errorf("the segmenter ran %d times, want 3", calls)
	}
}

func TestFeaturesOfLargePicturesAreNotKept(t *testing.T) {
	var made []string
	c := inSteps(testContext(t, nil), &made)
	set := build(t, c, "lpips", "", map[string]any{"network": "distance", "regions": []any{"all"}})
	s := &Sample{Clean: grey(256, 257, 0), Prepared: NewPrepared()}
	if got := score(t, set, s.Under("row", grey(256, 257, 255))); len(made) > 0 || got["lpips-all"] != 12 {
		t.Errorf("distance %v, features of %v", got, made)
	}
	s = &Sample{Clean: grey(256, 256, 0), Prepared: NewPrepared()}
	if got := score(t, set, s.Under("row", grey(256, 256, 255))); len(made) != 2 || got["lpips-all"] != 12 {
		t.Errorf("distance %v, features of %v", got, made)
	}
}

func TestRowsOfASampleCanBeScoredAtOnce(t *testing.T) {
	var made []string
	c := inSteps(testContext(t, nil), &made)
	s := frowning(t, c, 1)
	s.Prepared = NewPrepared()
	all := columnsOfAll(t, c)
	want := score(t, all[1], s.Under("row", shaded(s.Clean, 0.5)))
	var group sync.WaitGroup
	for i := range 4 {
		group.Go(func() {
			under := s.Under("row", shaded(s.Clean, 0.5+float32(i)/10))
			for _, set := range all {
				score(t, set, under)
			}
			if got := score(t, all[1], s.Under("row", shaded(s.Clean, 0.5))); got["lpips"] != want["lpips"] {
				t.Errorf("%v, want %v", got, want)
			}
		})
	}
	group.Wait()
}
