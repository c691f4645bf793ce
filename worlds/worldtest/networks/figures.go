package networks

import (
	"context"
	"math"
	"slices"
	"testing"

	"rewriting/compute"
	"rewriting/gan/latent"
	"rewriting/onnx"
	"rewriting/worlds"
	"rewriting/worlds/paint"
)

const (
	freshSeed  = 3_000_000
	freshCount = 150
	// rare is the number of pictures that must have a switch; further latents
	// are looked through for more.
	rare = 25
)

// latents are the fresh ones and, after them, further ones in which a switch
// is on that too few of them have.
func (n *nets) latents(t *testing.T) []*compute.Tensor {
	var zs []*compute.Tensor
	for i := range freshCount {
		zs = append(zs, latent.Seed(uint32(freshSeed+i), n.world.LatentDim()))
	}
	for _, name := range n.switches() {
		have := 0
		for _, z := range zs {
			if n.truth(t, z, name) {
				have++
			}
		}
		for seed := uint32(freshSeed + freshCount); have < rare; seed++ {
			if z := latent.Seed(seed, n.world.LatentDim()); n.truth(t, z, name) {
				zs = append(zs, z)
				have++
			}
		}
	}
	return zs
}

func (n *nets) truth(t *testing.T, z *compute.Tensor, name string) bool {
	t.Helper()
	on, err := n.world.Truth(z.Data, name)
	if err != nil {
		t.Fatal(err)
	}
	return on
}

// share is a quotient of counts.
type share struct{ right, of int }

func (s *share) add(right bool) {
	s.of++
	if right {
		s.right++
	}
}

func (s *share) value() float64 { return float64(s.right) / float64(s.of) }

// verdicts are a classifier's answers on one kind of pictures: per switch, of
// those without it and of those with it.
type verdicts map[string]*[2]share

func (n *nets) judge(t *testing.T, v verdicts, z, image *compute.Tensor) {
	logits := score(t, n.attributes, image, "logits")
	for i, name := range n.switches() {
		on := n.truth(t, z, name)
		if v[name] == nil {
			v[name] = new([2]share)
		}
		with := 0
		if on {
			with = 1
		}
		v[name][with].add((logits.Data[i] > 0) == on)
	}
}

func (n *nets) figures(t *testing.T, want Want) {
	onRenders, onImages := verdicts{}, verdicts{}
	var segmented share
	var squares, region mean
	for i, z := range n.latents(t) {
		picture, x := n.world.Render(z.Data), n.draw(t, z)
		render := compute.From(picture.RGB, 1, 3, picture.Size, picture.Size)
		n.judge(t, onRenders, z, render)
		n.judge(t, onImages, z, x)
		if i >= freshCount {
			continue // chosen ones stay out of the means
		}
		difference(picture, x.Data, regionOf(n.world, picture, want.Region), &squares, &region)
		n.segment(t, render, picture, &segmented)
	}
	least(t, "PSNR of G(z) against the render, dB", 10*math.Log10(4/squares.value()), want.PSNR)
	if l1 := region.value(); l1 > want.RegionL1 {
		t.Errorf("L1 of the region: %.4f, want at most %.4f", l1, want.RegionL1)
	} else {
		t.Logf("L1 of the region: %.4f", l1)
	}
	least(t, "segmenter on renders", segmented.value(), want.Segmented)
	for _, name := range n.switches() {
		for on, what := range []string{"cleared", "found"} {
			least(t, name+" "+what+" on renders", onRenders[name][on].value(), want.Renders)
			limit, faint := want.Faint[name]
			if !faint || on == 0 {
				limit = want.Images
			}
			least(t, name+" "+what+" on G(z)", onImages[name][on].value(), limit)
		}
	}
}

func least(t *testing.T, what string, got, want float64) {
	t.Helper()
	if got < want {
		t.Errorf("%s: %.4f, want at least %.4f", what, got, want)
	} else {
		t.Logf("%s: %.4f", what, got)
	}
}

type mean struct {
	sum float64
	n   int
}

func (m *mean) add(v float64) {
	m.sum += v
	m.n++
}

func (m *mean) value() float64 { return m.sum / float64(m.n) }

func difference(picture worlds.Picture, x []float32, inside []bool, squares, region *mean) {
	for j, v := range x {
		d := float64(min(max(v, -1), 1)) - float64(picture.RGB[j])
		squares.add(d * d)
		if inside[j%len(inside)] {
			region.add(math.Abs(d))
		}
	}
}

// regionOf marks the pixels of the labels, grown by one.
func regionOf(w worlds.World, p worlds.Picture, labels []string) []bool {
	mask := make([]bool, len(p.Label))
	for i, l := range p.Label {
		mask[i] = slices.Contains(labels, w.Labels()[l])
	}
	return paint.Grow(mask, p.Size)
}

func (n *nets) segment(t *testing.T, render *compute.Tensor, picture worlds.Picture, right *share) {
	t.Helper()
	logits, err := n.segmenter.Float(render)
	if err != nil {
		t.Fatal(err)
	}
	area := len(picture.Label)
	for p, want := range picture.Label {
		best := 0
		for c := range logits.Dim(1) {
			if logits.Data[c*area+p] > logits.Data[best*area+p] {
				best = c
			}
		}
		right.add(best == int(want))
	}
}

func score(t *testing.T, m *onnx.Model, x *compute.Tensor, output string) *compute.Tensor {
	t.Helper()
	out, err := m.RunOutputs(context.Background(), map[string]*onnx.Value{m.Inputs()[0].Name: onnx.FromTensor(x)}, []string{output})
	if err != nil {
		t.Fatal(err)
	}
	y, err := out[output].Tensor()
	if err != nil {
		t.Fatal(err)
	}
	return y
}
