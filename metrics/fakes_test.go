package metrics

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/worlds"
	_ "rewriting/worlds/faces"
)

// network is a Network of one Go function that counts its calls.
type network struct {
	info  NetworkInfo
	calls *int
	run   func(in ...*compute.Tensor) []*compute.Tensor
}

func (n network) Info() NetworkInfo { return n.info }

func (n network) Run(_ context.Context, in ...*compute.Tensor) ([]*compute.Tensor, error) {
	if len(in) != len(n.info.Inputs) {
		return nil, fmt.Errorf("%d inputs", len(in))
	}
	if n.calls != nil {
		*n.calls++
	}
	return n.run(in...), nil
}

// networks are three small ones with behaviour that can be told by eye: "bright" says yes where the mean
// of the image is positive (output "bright") and no always ("never"); "segment" calls red pixels class
// 1 "mouth"; "distance" is the squared difference summed over channels.
func networks(calls *int) func(string) (Network, error) {
	all := map[string]network{
		"bright": {info: NetworkInfo{Inputs: []string{"x"}, Outputs: []string{"logits"}, Metadata: map[string]string{"attributes": "never, bright"}},
			run: func(in ...*compute.Tensor) []*compute.Tensor {
				var sum float32
				for _, v := range in[0].Data {
					sum += v
				}
				return []*compute.Tensor{compute.From([]float32{-1, sum}, 1, 2)}
			}},
		"segment": {info: NetworkInfo{Inputs: []string{"x"}, Outputs: []string{"logits"}, Metadata: map[string]string{"labels": "rest,mouth,other"}},
			run: func(in ...*compute.Tensor) []*compute.Tensor {
				x := in[0]
				plane := x.Dim(2) * x.Dim(3)
				out := compute.New(1, 3, x.Dim(2), x.Dim(3))
				copy(out.Data[plane:2*plane], x.Data[:plane])
				for i := range plane {
					out.Data[2*plane+i] = -9
				}
				return []*compute.Tensor{out}
			}},
		"distance": {info: NetworkInfo{Inputs: []string{"x", "y"}, Outputs: []string{"scalar", "map"}},
			run: func(in ...*compute.Tensor) []*compute.Tensor {
				a, b := in[0], in[1]
				plane := a.Dim(2) * a.Dim(3)
				out := compute.New(1, 1, a.Dim(2), a.Dim(3))
				for i, v := range a.Data {
					d := v - b.Data[i]
					out.Data[i%plane] += d * d
				}
				return []*compute.Tensor{compute.New(1), out}
			}},
	}
	return func(name string) (Network, error) {
		n, ok := all[name]
		if !ok {
			return nil, fmt.Errorf("no such file")
		}
		n.info.Name, n.info.SHA256, n.calls = name, strings.Repeat("ab", 32), calls
		return n, nil
	}
}

// roundTrip is the 8-bit rule of the benchmark: clamp, truncate, read back.
func roundTrip(x *compute.Tensor) *compute.Tensor {
	y := x.Clone()
	for i, v := range y.Data {
		y.Data[i] = value(uint8(255 * min(max(v*0.5+0.5, 0), 1)))
	}
	return y
}

// painter is a generator that draws like the world's renderer.
type painter struct {
	gan.Generator
	world worlds.World
}

func (p painter) Info() gan.Info {
	return gan.Info{LatentDim: p.world.LatentDim(), Resolution: p.world.Size(), Hash: "painter"}
}

func (p painter) Image(z *compute.Tensor) (*compute.Tensor, error) {
	pic := p.world.Render(z.Data)
	return compute.From(pic.RGB, 1, 3, pic.Size, pic.Size), nil
}

func testContext(t *testing.T, calls *int) Context {
	t.Helper()
	w, err := worlds.Open("faces")
	if err != nil {
		t.Fatal(err)
	}
	return Context{World: w, Generator: painter{world: w}, Open: networks(calls), Quantise: roundTrip}
}

func latent(w worlds.World, seed uint64) []float32 {
	r := rand.New(rand.NewPCG(seed, 1))
	z := make([]float32, w.LatentDim())
	for i := range z {
		z[i] = float32(r.NormFloat64())
	}
	return z
}

// face is a sample of the world, unedited.
func face(c Context, seed uint64) *Sample {
	z := latent(c.World, seed)
	p := c.World.Render(z)
	clean := roundTrip(compute.From(p.RGB, 1, 3, p.Size, p.Size))
	return &Sample{Seed: uint32(seed), Z: z, Clean: clean, Edited: clean.Clone()}
}

// frowning is the first sample from seed on whose face does not smile.
func frowning(t *testing.T, c Context, seed uint64) *Sample {
	t.Helper()
	for ; ; seed++ {
		s := face(c, seed)
		if smiles, err := c.World.Truth(s.Z, "smile"); err != nil {
			t.Fatal(err)
		} else if !smiles {
			return s
		}
	}
}

func build(t *testing.T, c Context, kind, name string, params map[string]any) *Set {
	t.Helper()
	spec, err := Decode(kind, name, params)
	if err != nil {
		t.Fatal(err)
	}
	m, err := spec.Build(c)
	if err != nil {
		t.Fatal(err)
	}
	set, err := NewSet(m)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// score returns the scores by column key.
func score(t *testing.T, set *Set, s *Sample) map[string]float64 {
	t.Helper()
	v, err := set.Score(context.Background(), s)
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]float64{}
	for i, c := range set.Columns() {
		by[c.Key] = v[i]
	}
	return by
}

func keys(set *Set) []string {
	var k []string
	for _, c := range set.Columns() {
		k = append(k, c.Key)
	}
	return k
}

func wantKeys(t *testing.T, set *Set, want ...string) {
	t.Helper()
	if got := keys(set); !slices.Equal(got, want) {
		t.Errorf("columns %v, want %v", got, want)
	}
}
