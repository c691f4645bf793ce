package onnx

import (
	"context"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rewriting/onnx/internal/proto"
)

// reference gives a path inside the folder of reference data, or skips: the data are not part of the repository.
func reference(t testing.TB, parts ...string) string {
	root := os.Getenv("REWRITING_REFERENCE")
	if root == "" {
		t.Skip("REWRITING_REFERENCE is not set; cases of our own cover the operators")
	}
	return filepath.Join(append([]string{root}, parts...)...)
}

func mustRead(t testing.TB, path string) []byte {
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestOfficialNodeCasesAgree runs the node tests of the ONNX project, grouped by operator. The
// tolerance is theirs: rtol 1e-3, atol 1e-7.
func TestOfficialNodeCasesAgree(t *testing.T) {
	folders, err := filepath.Glob(reference(t, "onnx-node-tests", "v*", "test_*"))
	if err != nil || len(folders) == 0 {
		t.Fatalf("no node tests found: %v", err)
	}
	groups, skipped := map[string][]string{}, map[string]bool{}
	for _, folder := range folders {
		p, err := proto.Decode(mustRead(t, filepath.Join(folder, "model.onnx")))
		if err != nil {
			t.Errorf("%s: %v", folder, err)
			continue
		}
		op := p.Graph.Nodes[len(p.Graph.Nodes)-1].Op
		if _, ok := operators[op]; !ok {
			skipped[op] = true
			continue
		}
		groups[op] = append(groups[op], folder)
	}
	for _, op := range slices.Sorted(maps.Keys(groups)) {
		t.Run(op, func(t *testing.T) {
			for _, folder := range groups[op] {
				version := filepath.Base(filepath.Dir(folder))
				t.Run(version+"/"+strings.TrimPrefix(filepath.Base(folder), "test_"), func(t *testing.T) { nodeCase(t, folder) })
			}
		})
	}
	if len(skipped) > 0 {
		t.Logf("operators without implementation: %s", strings.Join(slices.Sorted(maps.Keys(skipped)), " "))
	}
}

func nodeCase(t *testing.T, folder string) {
	m, err := Load(mustRead(t, filepath.Join(folder, "model.onnx")))
	if err != nil {
		t.Fatal(err)
	}
	sets, err := filepath.Glob(filepath.Join(folder, "test_data_set_*"))
	if err != nil || len(sets) == 0 {
		t.Fatalf("no data sets: %v", err)
	}
	for _, set := range sets {
		inputs := map[string]*Value{}
		for i, port := range m.Inputs() {
			inputs[port.Name] = mustTensor(t, filepath.Join(set, fmt.Sprintf("input_%d.pb", i)))
		}
		before := map[string]*Value{}
		for name, v := range inputs {
			before[name] = v.Clone()
		}
		got, err := m.Run(context.Background(), inputs)
		if err != nil {
			t.Fatal(err)
		}
		for i, port := range m.Outputs() {
			want := mustTensor(t, filepath.Join(set, fmt.Sprintf("output_%d.pb", i)))
			if err := compare(got[port.Name], want, 1e-3, 1e-7); err != nil {
				t.Errorf("output %q: %v", port.Name, err)
			}
		}
		for name, v := range inputs {
			if err := compare(v, before[name], 0, 0); err != nil {
				t.Errorf("input %q was changed: %v", name, err)
			}
		}
	}
}

func mustTensor(t testing.TB, path string) *Value {
	v, err := ParseTensor(mustRead(t, path))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// compare wants equal types and shapes, and elements within atol + rtol*|want|; NaN equals NaN.
func compare(got, want *Value, rtol, atol float64) error {
	if got.Type != want.Type || !slices.Equal(got.Shape, want.Shape) {
		return fmt.Errorf("got %v, want %v", got, want)
	}
	g, w := asFloats(got), asFloats(want)
	for i := range w {
		same := g[i] == w[i] || math.IsNaN(g[i]) && math.IsNaN(w[i])
		if !same && !(math.Abs(g[i]-w[i]) <= atol+rtol*math.Abs(w[i])) {
			return fmt.Errorf("element %d of %v: got %v, want %v", i, got, g[i], w[i])
		}
	}
	return nil
}

func asFloats(v *Value) []float64 {
	f := &frame{ws: newWorkspace()}
	wide, err := f.cast(v, Float64)
	if err != nil {
		panic(err)
	}
	return wide.F64
}
