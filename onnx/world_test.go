package onnx

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"rewriting/compute"
)

// worldNetworks are the scorers of the embedded world, which the main experiment runs for every sample.
var worldNetworks = []string{"attributes", "segmenter", "lpips"}

func worldNetwork(t testing.TB, name string) *Model {
	b, err := os.ReadFile(filepath.Join("..", "worlds", "faces", "data", name+".onnx"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := Load(b)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestWorldNetworksPassTheirSelfTest(t *testing.T) {
	for _, name := range worldNetworks {
		if err := worldNetwork(t, name).SelfTest(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func BenchmarkWorldNetworks(b *testing.B) {
	for _, name := range worldNetworks {
		b.Run(name, func(b *testing.B) {
			m := worldNetwork(b, name)
			inputs := map[string]*Value{}
			for k, port := range m.Inputs() {
				x := compute.New(1, 3, 64, 64)
				for i := range x.Data {
					x.Data[i] = float32((i*(31+k))%255)/127.5 - 1
				}
				inputs[port.Name] = FromTensor(x)
			}
			want := []string{m.Outputs()[0].Name}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := m.RunOutputs(context.Background(), inputs, want); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "images/s")
		})
	}
}
