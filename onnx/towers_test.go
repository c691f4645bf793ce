package onnx

import (
	"context"
	"maps"
	"sync"
	"testing"

	"rewriting/compute"
)

// inSteps computes the outputs of s from pictures.
func inSteps(t testing.TB, s *Stepwise, pictures ...*compute.Tensor) map[string]*Value {
	t.Helper()
	var all []Features
	for _, x := range pictures {
		f, err := s.Features(context.Background(), x)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, f)
	}
	out, err := s.Outputs(context.Background(), all...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func testPicture(seed float64, size int) *compute.Tensor {
	return compute.From(wavy(seed, 1, 3, size, size).F32, 1, 3, size, size)
}

func wantSame(t testing.TB, got, want map[string]*Value) {
	t.Helper()
	for name, v := range want {
		if err := compare(got[name], v, 0, 0); err != nil {
			t.Errorf("output %s: %v", name, err)
		}
	}
}

func TestStepsGiveWhatTheWholeNetworkGivesBitForBit(t *testing.T) {
	x, y := testPicture(1, 64), testPicture(2, 64)
	lpips, attributes, segmenter := worldNetwork(t, "lpips"), worldNetwork(t, "attributes"), worldNetwork(t, "segmenter")
	s := Towers(Wanted{attributes, []string{"logits"}}, Wanted{segmenter, []string{"logits"}}, Wanted{lpips, []string{"map"}})
	if s[0].Tower() != s[2].Tower() {
		t.Error("the classifier and the distance between its features have towers of their own")
	}
	if s[1].Tower() == s[0].Tower() {
		t.Error("the segmenter has other weights and the same tower")
	}
	wantSame(t, inSteps(t, s[0], x), mustRun(t, attributes, map[string]*Value{"x": FromTensor(x)}, "logits"))
	wantSame(t, inSteps(t, s[1], x), mustRun(t, segmenter, map[string]*Value{"x": FromTensor(x)}, "logits"))
	wantSame(t, inSteps(t, s[2], x, y), mustRun(t, lpips, map[string]*Value{"x": FromTensor(x), "y": FromTensor(y)}))
	wantSame(t, inSteps(t, s[2], x, x), mustRun(t, lpips, map[string]*Value{"x": FromTensor(x), "y": FromTensor(x)}))
	if n := len(s[0].Tower().nodes); n >= len(lpips.nodes) {
		t.Errorf("the common tower has %d nodes, the whole distance network %d", n, len(lpips.nodes))
	}
}

// comparing is a distance network of two pictures: features of both from one set of weights, and a map of the pictures' size, which is
// read off the first picture. The second output is a feature as it is.
func comparing(w float64) *modelBuilder {
	return newModel(13).
		input("a", Float32, "N", 3, "H", "W").input("b", Float32, "N", 3, "H", "W").
		constant("w", wavy(w, 4, 3, 3, 3)).constant("sum", wavy(3, 1, 4, 1, 1)).
		node("Conv", []string{"a", "w"}, []string{"ca"}, "strides", []int{2, 2}, "pads", []int{1, 1, 1, 1}).
		node("Relu", []string{"ca"}, []string{"fa"}).
		node("Conv", []string{"b", "w"}, []string{"cb"}, "strides", []int{2, 2}, "pads", []int{1, 1, 1, 1}).
		node("Relu", []string{"cb"}, []string{"fb"}).
		node("Sub", []string{"fa", "fb"}, []string{"d"}).
		node("Mul", []string{"d", "d"}, []string{"dd"}).
		node("Conv", []string{"dd", "sum"}, []string{"small"}).
		node("Shape", []string{"a"}, []string{"shape"}).
		constant("from", FromInts([]int64{2})).constant("to", FromInts([]int64{4})).constant("one", FromInts([]int64{1, 1})).
		node("Slice", []string{"shape", "from", "to"}, []string{"hw"}).
		node("Concat", []string{"one", "hw"}, []string{"size"}, "axis", 0).
		node("Resize", []string{"small", "", "", "size"}, []string{"map"}, "mode", "linear", "coordinate_transformation_mode", "half_pixel").
		output("map", Float32, "N", 1, "H", "W").output("fb", Float32, "N", 4, "h", "w")
}

// judging has the features of comparing under other names, and calls something else by one of theirs.
func judging(w float64) *modelBuilder {
	return newModel(13).input("picture", Float32, "N", 3, "H", "W").
		constant("fa", wavy(w, 4, 3, 3, 3)).constant("w", wavy(5, 4, 2)).
		node("Conv", []string{"picture", "fa"}, []string{"cb"}, "strides", []int{2, 2}, "pads", []int{1, 1, 1, 1}).
		node("Relu", []string{"cb"}, []string{"d"}).
		node("ReduceMean", []string{"d"}, []string{"small"}, "axes", []int{2, 3}, "keepdims", 0).
		node("MatMul", []string{"small", "w"}, []string{"map"}).
		output("map", Float32, "N", 2)
}

func TestATowerServesModelsWhateverTheyCallThings(t *testing.T) {
	pair, judge, stranger := comparing(1).load(t), judging(1).load(t), judging(2).load(t)
	s := Towers(Wanted{pair, []string{"map", "fb"}}, Wanted{judge, []string{"map"}}, Wanted{stranger, []string{"map"}})
	for size := 7; size < 9; size++ {
		x, y := testPicture(1, size), testPicture(2, size)
		wantSame(t, inSteps(t, s[0], x, y), mustRun(t, pair, map[string]*Value{"a": FromTensor(x), "b": FromTensor(y)}))
		wantSame(t, inSteps(t, s[1], x), mustRun(t, judge, map[string]*Value{"picture": FromTensor(x)}))
		wantSame(t, inSteps(t, s[2], x), mustRun(t, stranger, map[string]*Value{"picture": FromTensor(x)}))
	}
	if s[0].Tower() != s[1].Tower() {
		t.Error("models of the same convolutions have towers of their own")
	}
	if s[1].Tower() == s[2].Tower() {
		t.Error("models of other weights share a tower")
	}
}

func TestModelsThatCannotBeTakenApartAreLeftWhole(t *testing.T) {
	pair := func() *modelBuilder {
		return newModel(13).input("a", Float32, "N", 3, "H", "W").input("b", Float32, "N", 3, "H", "W").
			constant("v", wavy(1, 4, 3, 1, 1)).constant("w", wavy(2, 4, 3, 1, 1))
	}
	for name, c := range map[string]struct {
		model  *modelBuilder
		output string
	}{
		"compares the pictures themselves": {pair().node("Sub", []string{"a", "b"}, []string{"y"}), "y"},
		"treats its inputs differently": {pair().node("Conv", []string{"a", "v"}, []string{"ca"}).
			node("Conv", []string{"b", "w"}, []string{"cb"}).node("Sub", []string{"ca", "cb"}, []string{"y"}), "y"},
		"does not look at one input": {pair().node("Conv", []string{"a", "v"}, []string{"y"}), "y"},
		"an output is an input":      {pair().node("Conv", []string{"a", "v"}, []string{"y"}), "b"},
		"an output is constant":      {pair().node("Conv", []string{"a", "v"}, []string{"y"}), "v"},
	} {
		m := c.model.output("y", Float32).load(t)
		if s := Towers(Wanted{m, []string{c.output}}); s[0] != nil {
			t.Errorf("%s: taken apart", name)
		}
	}
}

func TestFeaturesAreForTheNumberOfInputs(t *testing.T) {
	s := Towers(Wanted{comparing(1).load(t), []string{"map"}})[0]
	f, err := s.Features(context.Background(), testPicture(1, 8))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Outputs(context.Background(), f); err == nil {
		t.Error("a distance of one picture")
	}
}

func TestStepsRunBesideEachOther(t *testing.T) {
	s := Towers(Wanted{comparing(1).load(t), []string{"map"}}, Wanted{judging(1).load(t), []string{"map"}})
	x, y := testPicture(1, 16), testPicture(2, 16)
	distance, mean := inSteps(t, s[0], x, y), inSteps(t, s[1], x)
	shared, err := s[0].Features(context.Background(), x)
	if err != nil {
		t.Fatal(err)
	}
	before := map[string]*Value{}
	for name, v := range shared {
		before[name] = v.Clone()
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 20 {
				other, err := s[0].Features(context.Background(), y)
				if err != nil {
					t.Error(err)
					return
				}
				d, err := s[0].Outputs(context.Background(), shared, other)
				if err != nil {
					t.Error(err)
					return
				}
				m, err := s[1].Outputs(context.Background(), shared)
				if err != nil {
					t.Error(err)
					return
				}
				wantSame(t, d, distance)
				wantSame(t, m, mean)
			}
		})
	}
	group.Wait()
	wantSame(t, maps.Clone(shared), before)
}

func TestThePublishedDistanceInStepsIsTheSame(t *testing.T) {
	m := loadReference(t, "models", "onnx", "lpips-alex.onnx")
	s := Towers(Wanted{m, []string{"lpips"}})[0]
	if s == nil {
		t.Fatal("it cannot be taken apart")
	}
	x, y := testPicture(1, 64), testPicture(2, 64)
	wantSame(t, inSteps(t, s, x, y), mustRun(t, m, map[string]*Value{"image0": FromTensor(x), "image1": FromTensor(y)}, "lpips"))
}
