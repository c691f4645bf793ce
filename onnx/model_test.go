package onnx

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
)

func mustRun(t testing.TB, m *Model, inputs map[string]*Value, names ...string) map[string]*Value {
	t.Helper()
	if names == nil {
		for _, o := range m.Outputs() {
			names = append(names, o.Name)
		}
	}
	out, err := m.RunOutputs(context.Background(), inputs, names)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// small is conv -> batch norm -> relu -> conv -> leaky relu, plus the shape arithmetic of a resize.
func small(opset int) *modelBuilder {
	return newModel(opset).
		input("x", Float32, "N", 3, 6, 7).
		constant("w1", wavy(1, 4, 3, 3, 3)).constant("b1", wavy(2, 4)).
		constant("scale", wavy(3, 4)).constant("shift", wavy(4, 4)).constant("mean", wavy(5, 4)).
		constant("var", floats([]int{4}, 1, 2, 0.5, 3)).
		constant("w2", wavy(6, 2, 4, 1, 1)).
		constant("two", FromInts([]int64{0, 0, 12, 14})).
		node("Conv", []string{"x", "w1", "b1"}, []string{"c1"}, "pads", []int{1, 1, 1, 1}).
		node("BatchNormalization", []string{"c1", "scale", "shift", "mean", "var"}, []string{"n1"}).
		node("Relu", []string{"n1"}, []string{"r1"}).
		node("Conv", []string{"r1", "w2"}, []string{"c2"}).
		node("LeakyRelu", []string{"c2"}, []string{"y"}, "alpha", float32(0.2)).
		output("y", Float32, "N", 2, 6, 7)
}

func TestFusedConvolutionsEqualTheirParts(t *testing.T) {
	m := small(13).load(t)
	x := map[string]*Value{"x": wavy(9, 2, 3, 6, 7)}
	fused := mustRun(t, m, x)
	// Asking for every intermediate leaves nothing to fuse.
	parts := mustRun(t, m, x, "c1", "n1", "r1", "c2", "y")
	// Folding the normalisation into the weights reorders a handful of float32 roundings.
	if err := compare(fused["y"], parts["y"], 1e-5, 1e-6); err != nil {
		t.Error(err)
	}
	if len(m.main.steps) != 2 {
		t.Errorf("%d steps, want 2: Conv+BatchNormalization+Relu and Conv+LeakyRelu", len(m.main.steps))
	}
	for i, v := range parts["r1"].F32 {
		if want := max(parts["n1"].F32[i], 0); v != want {
			t.Fatalf("r1[%d] = %v, want %v", i, v, want)
		}
	}
}

func TestRunsAreIndependentAndRepeatable(t *testing.T) {
	m := small(13).load(t)
	x, other := map[string]*Value{"x": wavy(9, 2, 3, 6, 7)}, map[string]*Value{"x": wavy(5, 1, 3, 6, 7)}
	want, wantOther := mustRun(t, m, x)["y"], mustRun(t, m, other)["y"]
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 20 {
				a, errA := m.Run(context.Background(), x)
				b, errB := m.Run(context.Background(), other)
				if err := errors.Join(errA, errB); err != nil {
					t.Error(err)
					return
				}
				if err := errors.Join(compare(a["y"], want, 0, 0), compare(b["y"], wantOther, 0, 0)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
}

func TestOnlyWhatIsAskedForRuns(t *testing.T) {
	m := newModel(13).input("a", Float32, 2).input("b", Float32, 2).
		node("Relu", []string{"a"}, []string{"ra"}).
		node("Add", []string{"ra", "b"}, []string{"y"}).output("y", Float32, 2).load(t)
	got := mustRun(t, m, map[string]*Value{"a": floats([]int{2}, -1, 2)}, "ra")["ra"]
	if err := compare(got, floats([]int{2}, 0, 2), 0, 0); err != nil {
		t.Error(err)
	}
	if _, err := m.RunOutputs(context.Background(), nil, []string{"nothing"}); err == nil || !strings.Contains(err.Error(), `"nothing"`) {
		t.Errorf("asking for an unknown value: %v", err)
	}
}

func TestShapeArithmeticOfInitialisersIsFolded(t *testing.T) {
	m := newModel(13).input("x", Float32, 1, 2, 2, 2).
		constant("s", wavy(1, 1, 2, 5, 6)).
		constant("from", FromInts([]int64{2})).constant("to", FromInts([]int64{4})).constant("nc", FromInts([]int64{1, 2})).
		node("Shape", []string{"s"}, []string{"shape"}).
		node("Slice", []string{"shape", "from", "to"}, []string{"hw"}).
		node("Concat", []string{"nc", "hw"}, []string{"sizes"}, "axis", 0).
		node("Resize", []string{"x", "", "", "sizes"}, []string{"y"}, "mode", "nearest",
			"coordinate_transformation_mode", "asymmetric", "nearest_mode", "floor").
		output("y", Float32, 1, 2, 5, 6).load(t)
	if len(m.main.steps) != 1 {
		t.Errorf("%d steps, want the Resize only", len(m.main.steps))
	}
	y := mustRun(t, m, map[string]*Value{"x": floats([]int{1, 2, 2, 2}, 0, 1, 2, 3, 4, 5, 6, 7)})["y"]
	if want := []float32{0, 0, 0, 1, 1, 1}; !equalFloats(y.F32[:6], want) || y.F32[59] != 7 {
		t.Errorf("first row %v, want %v; last %v", y.F32[:6], want, y.F32[59])
	}
}

func equalFloats(a, b []float32) bool {
	return compare(floats([]int{len(a)}, a...), floats([]int{len(b)}, b...), 0, 0) == nil
}

func TestReplacingAnInitialiserChangesOnlyIt(t *testing.T) {
	unknown := message(99, []byte("a field of the future"))
	source := append(small(13).bytes(), unknown...)
	m, err := Load(source)
	if err != nil {
		t.Fatal(err)
	}
	edited := wavy(42, 2, 4, 1, 1)
	b, err := m.WithInitializer("w2", edited.F32)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(b, unknown) {
		t.Error("the unknown field was lost")
	}
	again, err := Load(b)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"w1", "b1", "scale", "var"} {
		if err := compare(again.Initializer(name), m.Initializer(name), 0, 0); err != nil {
			t.Errorf("%s changed: %v", name, err)
		}
	}
	if err := compare(again.Initializer("w2"), edited, 0, 0); err != nil {
		t.Error(err)
	}
	back, err := again.WithInitializer("w2", m.Initializer("w2").F32)
	if err != nil || !bytes.Equal(back, source) {
		t.Errorf("putting the old values back does not give the old bytes (error %v)", err)
	}
	if _, err := m.WithInitializer("w9", nil); err == nil {
		t.Error("an unknown initialiser was accepted")
	}
}

func TestMistakesNameModelNodeAndOperator(t *testing.T) {
	loading := map[string]struct {
		model *modelBuilder
		want  []string
	}{
		"unknown operator": {newModel(13).input("x", Float32, 1).node("Frobnicate", []string{"x"}, []string{"y"}).output("y", Float32, 1),
			[]string{`model "test"`, `node "the Frobnicate"`, "(Frobnicate)", "not supported"}},
		"unknown attribute": {newModel(13).input("x", Float32, 1).node("Relu", []string{"x"}, []string{"y"}, "leak", 1).output("y", Float32, 1),
			[]string{"(Relu)", `attribute "leak"`}},
		"too few inputs":     {newModel(13).input("x", Float32, 1).node("Add", []string{"x"}, []string{"y"}).output("y", Float32, 1), []string{"(Add)", "1 inputs"}},
		"value from nowhere": {newModel(13).input("x", Float32, 1).node("Add", []string{"x", "z"}, []string{"y"}).output("y", Float32, 1), []string{"(Add)", `"z"`}},
		"made twice":         {newModel(13).input("x", Float32, 1).node("Relu", []string{"x"}, []string{"x"}).output("x", Float32, 1), []string{"(Relu)", "made twice"}},
		"cycle": {newModel(13).input("x", Float32, 1).node("Add", []string{"x", "b"}, []string{"a"}).node("Relu", []string{"a"}, []string{"b"}).output("a", Float32, 1),
			[]string{"cycle"}},
		"opset of the future": {newModel(99).input("x", Float32, 1).output("x", Float32, 1), []string{"opset 99"}},
		"output of nothing":   {newModel(13).input("x", Float32, 1).output("y", Float32, 1), []string{`"y"`}},
		"weight of wrong rank": {newModel(13).input("x", Float32, 1, 1, 4, 4).constant("w", wavy(1, 3)).node("Conv", []string{"x", "w"}, []string{"y"}).output("y", Float32, 1, 1, 4, 4),
			[]string{"(Conv)", "weight float32[3]"}},
	}
	for name, c := range loading {
		t.Run(name, func(t *testing.T) {
			_, err := Load(c.model.bytes())
			wantMessage(t, err, c.want)
		})
	}
	m := small(13).load(t)
	running := map[string]struct {
		inputs map[string]*Value
		want   []string
	}{
		"missing input":  {nil, []string{`model "test"`, `input "x" is missing`}},
		"unknown input":  {map[string]*Value{"z": wavy(1, 1)}, []string{`no input "z"`}},
		"wrong type":     {map[string]*Value{"x": FromInts([]int64{1})}, []string{`input "x"`, "int64[1]", "float32"}},
		"wrong rank":     {map[string]*Value{"x": wavy(1, 3, 6, 7)}, []string{`input "x"`, "rank 4"}},
		"wrong size":     {map[string]*Value{"x": wavy(1, 1, 3, 6, 8)}, []string{`input "x"`, "7 for dimension 3"}},
		"lying shape":    {map[string]*Value{"x": {Type: Float32, Shape: []int{1, 3, 6, 7}, F32: []float32{1}}}, []string{"holds 1 elements"}},
		"negative shape": {map[string]*Value{"x": {Type: Float32, Shape: []int{-1, 3, 6, 7}}}, []string{"negative"}},
	}
	for name, c := range running {
		t.Run(name, func(t *testing.T) {
			_, err := m.Run(context.Background(), c.inputs)
			wantMessage(t, err, c.want)
		})
	}
	broken := newModel(13).input("a", Float32, "A").input("b", Float32, "B").
		node("Add", []string{"a", "b"}, []string{"y"}).output("y", Float32, "A").load(t)
	_, err := broken.Run(context.Background(), map[string]*Value{"a": wavy(1, 2), "b": wavy(1, 3)})
	wantMessage(t, err, []string{`model "test"`, `node "the Add" (Add)`, "[2] and [3]"})
}

func wantMessage(t *testing.T, err error, parts []string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("message %q lacks %q", err, p)
		}
	}
}

func TestARunStopsWhenItsContextDoes(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := small(13).load(t).Run(ctx, map[string]*Value{"x": wavy(9, 2, 3, 6, 7)})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}
