package nbb

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rewriting/compute"
	"rewriting/gan/latent"
	"rewriting/onnx"
	"rewriting/worlds"
	_ "rewriting/worlds/faces"
)

// stages are the levels of the shipped world's classifier.
var stages = []string{"feat1", "feat2", "feat3", "feat4", "feat5"}

func world(t testing.TB) worlds.World {
	t.Helper()
	w, err := worlds.Open("faces")
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func classifier(t testing.TB) *onnx.Model {
	t.Helper()
	b, err := world(t).File("attributes.onnx")
	if err != nil {
		t.Fatal(err)
	}
	m, err := onnx.Load(b)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func network(t testing.TB) *Network {
	t.Helper()
	n, err := NewNetwork(classifier(t), stages, 0)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func face(t testing.TB, seed uint32) *compute.Tensor {
	w := world(t)
	p := w.Render(latent.Seed(seed, w.LatentDim()).Data)
	return compute.From(p.RGB, 1, 3, p.Size, p.Size)
}

// moved shifts a picture; pixels of the edge are repeated.
func moved(x *compute.Tensor, down, right int) *compute.Tensor {
	out := compute.New(x.Shape...)
	r := x.Dim(3)
	for i := range out.Data {
		row, col := min(max(i/r%r-down, 0), r-1), min(max(i%r-right, 0), r-1)
		out.Data[i] = x.Data[i/(r*r)*r*r+row*r+col]
	}
	return out
}

func search(t testing.TB, target *compute.Tensor, o Options) *Search {
	t.Helper()
	s, err := NewSearch(context.Background(), network(t), target, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAPictureIsItsOwnBestBuddy(t *testing.T) {
	pairs, err := search(t, face(t, 3), Default()).Pairs(context.Background(), face(t, 3))
	if err != nil {
		t.Fatal(err)
	}
	if len(pairs) < 5 || len(pairs) > 10 {
		t.Errorf("%d pairs, want some and at most ten", len(pairs))
	}
	for _, p := range pairs {
		if p.A != p.B {
			t.Errorf("%v goes to %v", p.A, p.B)
		}
	}
}

// The coarsest level sees a shift of 8 pixels as half a cell, so this needs all levels.
func TestAShiftedPictureIsFoundShifted(t *testing.T) {
	for _, fast := range []bool{true, false} {
		o := Default()
		o.Fast = fast
		pairs, err := search(t, face(t, 3), o).Pairs(context.Background(), moved(face(t, 3), 0, 8))
		if err != nil {
			t.Fatal(err)
		}
		right := 0
		for _, p := range pairs {
			if abs(p.A.Col-p.B.Col-8) <= 2 && abs(p.A.Row-p.B.Row) <= 2 {
				right++
			}
		}
		if 2*right <= len(pairs) {
			t.Errorf("fast %v: of %d pairs %d are shifted as the picture is: %v", fast, len(pairs), right, pairs)
		}
	}
}

func TestPairsAreTheSameFromManyGoroutines(t *testing.T) {
	s := search(t, face(t, 3), Default())
	want, err := s.Pairs(context.Background(), face(t, 9))
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			got, err := s.Pairs(context.Background(), face(t, 9))
			if d := cmp.Diff(want, got); err != nil || d != "" {
				t.Errorf("%v %s", err, d)
			}
		})
	}
	wait.Wait()
}

// Nothing of a picture without contrast reaches a threshold.
func TestWithoutFeaturesThereIsNoCorrespondence(t *testing.T) {
	o := Default()
	o.Threshold = 1.5
	if pairs, err := search(t, face(t, 3), o).Pairs(context.Background(), face(t, 4)); !errors.Is(err, ErrNone) {
		t.Errorf("%v, %v", pairs, err)
	}
}

// The features of a level are in the range of the slice, so they can be reached; the released stopping rule leaves a few percent.
func TestAnInversionFindsFeaturesWhoseImageIsTheWantedOne(t *testing.T) {
	n := network(t)
	features, err := n.Features(context.Background(), face(t, 5))
	if err != nil {
		t.Fatal(err)
	}
	for level := 2; level < len(stages); level++ {
		want := features[level]
		scale := compute.L2(want.Data, make([]float32, want.Len())) / float64(want.Len())
		x, steps, err := n.invert(context.Background(), level, want, 1e-3*scale)
		if err != nil {
			t.Fatal(err)
		}
		values, err := n.parts[level].RunOutputs(context.Background(), map[string]*onnx.Value{stages[level-1]: onnx.FromTensor(x)}, stages[level:level+1])
		if err != nil {
			t.Fatal(err)
		}
		if left := compute.L2(values[stages[level]].F32, want.Data) / float64(want.Len()) / scale; left > 0.1 {
			t.Errorf("level %s: %.3g of the features' mean square is left after %d steps", stages[level], left, steps)
		}
		again, _, err := n.invert(context.Background(), level, want, 1e-3*scale) // by the same instance
		if d := cmp.Diff(x, again); err != nil || d != "" {
			t.Errorf("level %s: another result the second time: %v", stages[level], err)
		}
	}
}

// Numbers of PyTorch 2.5.1 for the same slices, input, optimiser and stopping rule. A loss near the tolerance may end a run a step sooner or later.
func TestAnInversionTakesTheStepsOfPyTorch(t *testing.T) {
	n := network(t)
	x := compute.New(1, 3, 64, 64)
	for i := range x.Data {
		x.Data[i] = float32(math.Sin(0.37*float64(i)) * math.Cos(0.11*float64(i/64)))
	}
	features, err := n.run(context.Background(), x)
	if err != nil {
		t.Fatal(err)
	}
	for level, want := range map[int]struct {
		steps int
		norm  float64
	}{4: {120, 47.78465}, 3: {71, 41.51694}, 2: {34, 50.87188}} {
		found, steps, err := n.invert(context.Background(), level, features[level], 0.001)
		if err != nil {
			t.Fatal(err)
		}
		norm := math.Sqrt(compute.L2(found.Data, make([]float32, found.Len())))
		if abs(steps-want.steps) > 1 || math.Abs(norm-want.norm) > 0.002*want.norm {
			t.Errorf("level %s: norm %.5f after %d steps, want %.5f after %d", stages[level], norm, steps, want.norm, want.steps)
		}
	}
}

// The distance of the same world has the same stages inside, twice: for each of its two pictures. Levels need not be outputs.
func TestLevelsMayBeAnyValuesOfANetwork(t *testing.T) {
	b, err := world(t).File("lpips.onnx")
	if err != nil {
		t.Fatal(err)
	}
	m, err := onnx.Load(b)
	if err != nil {
		t.Fatal(err)
	}
	var inside []string
	for i := range stages {
		inside = append(inside, fmt.Sprintf("/stages.%d/Relu_1_output_0", i))
	}
	n, err := NewNetwork(m, inside, 0)
	if err != nil {
		t.Fatal(err)
	}
	got, err := NewSearch(context.Background(), n, face(t, 3), Default())
	if err != nil {
		t.Fatal(err)
	}
	a, err := got.Pairs(context.Background(), face(t, 9))
	if err != nil {
		t.Fatal(err)
	}
	want, err := search(t, face(t, 3), Default()).Pairs(context.Background(), face(t, 9))
	if d := cmp.Diff(want, a); err != nil || d != "" {
		t.Errorf("%v %s", err, d)
	}
}

func TestAnEndedContextEndsASearch(t *testing.T) {
	s := search(t, face(t, 3), Default())
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.Pairs(ctx, face(t, 4)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestNetworksThatAreNoPyramidAreRefusedInOneLine(t *testing.T) {
	m := classifier(t)
	for _, c := range []struct {
		levels []string
		size   int
		want   string
	}{
		{[]string{"feat1"}, 0, "at least two levels"},
		{[]string{"feat1", "feat9"}, 0, "feat9"},
		{[]string{"feat2", "feat1"}, 0, "must have twice as many"},
		{[]string{"feat1", "feat3"}, 0, "must have twice as many"},
		{[]string{"feat1", "logits"}, 0, "square map"},
		{stages, 96, "dimension"},
	} {
		if _, err := NewNetwork(m, c.levels, c.size); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v at %d: %v, want %q", c.levels, c.size, err, c.want)
		}
	}
}

func BenchmarkPairs(b *testing.B) {
	s := search(b, face(b, 3), Default())
	for i := range b.N {
		if _, err := s.Pairs(context.Background(), face(b, uint32(i))); err != nil && !errors.Is(err, ErrNone) {
			b.Fatal(err)
		}
	}
}
