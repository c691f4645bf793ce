package gan_test

import (
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
	"rewriting/compute/autodiff"
	"rewriting/gan"
)

func TestContextTargetRenderIsTheImageBitForBit(t *testing.T) {
	g := toy(t)
	z := rows(3)
	want := image(t, g, z)
	for _, l := range g.Layers() {
		cut := cutAt(t, g, l.Number)
		s := contextOf(t, cut, z)
		v := target(t, cut, s)
		before := slices.Clone(v.Data)
		got, err := cut.Render(s, v)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.Data, want.Data) {
			t.Errorf("layer %d: the parts give another image than the whole", l.Number)
		}
		if !slices.Equal(v.Data, before) {
			t.Errorf("layer %d: rendering changed the values", l.Number)
		}
		again := target(t, cut, s)
		if !slices.Equal(again.Data, before) {
			t.Errorf("layer %d: the target changed the state", l.Number)
		}
	}
}

func TestLayersDescribeKeysAndValues(t *testing.T) {
	g := toy(t)
	numbers := []int{3, 4, 5, 6, 7, 8}
	layers := g.Layers()
	if len(layers) != len(numbers) {
		t.Fatalf("%d editable layers, want %d", len(layers), len(numbers))
	}
	for i, l := range layers {
		cut := cutAt(t, g, l.Number)
		s := contextOf(t, cut, rows(2))
		v := target(t, cut, s)
		if l.Number != numbers[i] || l.Scale() != 1+l.Number%2 {
			t.Errorf("layer %d has number %d and scale %d", numbers[i], l.Number, l.Scale())
		}
		if want := []int{2, l.In, l.KeySize, l.KeySize}; !slices.Equal(s.Key.Shape, want) {
			t.Errorf("layer %d: keys %v, want %v", l.Number, s.Key.Shape, want)
		}
		if want := []int{2, l.Out, l.ValueSize, l.ValueSize}; !slices.Equal(v.Shape, want) {
			t.Errorf("layer %d: values %v, want %v", l.Number, v.Shape, want)
		}
		if want := []int{l.Out, l.In, l.Kernel, l.Kernel}; !slices.Equal(cut.Weight().Shape, want) {
			t.Errorf("layer %d: weight %v, want %v", l.Number, cut.Weight().Shape, want)
		}
		if stored := g.Tensors()[l.Name]; !slices.Equal(stored.Data, cut.Weight().Data) {
			t.Errorf("layer %d: %s is not its weight", l.Number, l.Name)
		}
		for _, n := range []int{2, 9} {
			if _, err := g.Cut(n); err == nil || !strings.Contains(err.Error(), "3 to 8") {
				t.Errorf("cutting at layer %d gave %v", n, err)
			}
		}
	}
}

// crop cuts keys and running image to a box of cells of the key.
func crop(s *gan.State, box gan.Box, scale int) *gan.State {
	return &gan.State{Key: window(s.Key, box, 1), Style: s.Style, Latent: s.Latent, RGB: window(s.RGB, box, scale)}
}

func window(x *compute.Tensor, b gan.Box, scale int) *compute.Tensor {
	top, left, bottom, right := b.Top*scale, b.Left*scale, b.Bottom*scale, b.Right*scale
	n, c, h, w := x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3]
	y := compute.New(n, c, bottom-top, right-left)
	for i := range n * c {
		for r := top; r < bottom; r++ {
			copy(y.Data[(i*(bottom-top)+r-top)*(right-left):][:right-left], x.Data[(i*h+r)*w+left:])
		}
	}
	return y
}

// On a crop the convolution sees zeros beyond the edge, so cells far enough inside agree with the whole map's but
// for the noise, which starts anew in the crop's own rows. The toy's noise is switched off to see the first, and on to see the second.
func TestTargetOnACropPadsWithZerosAndDrawsItsOwnNoise(t *testing.T) {
	g := toy(t)
	quiet := map[string]*compute.Tensor{}
	for _, n := range g.Names() {
		if strings.HasSuffix(n, "noise.weight") {
			quiet[n] = compute.New(1)
		}
	}
	silent, err := g.With(quiet)
	if err != nil {
		t.Fatal(err)
	}
	for _, layer := range []int{7, 8} {
		cut := cutAt(t, silent, layer)
		scale := cut.Layer().Scale()
		s := contextOf(t, cut, rows(1))
		box := gan.Box{Top: 3, Left: 2, Bottom: 11, Right: 12}
		part := target(t, cut, crop(s, box, scale))
		whole := window(target(t, cut, s), box, scale)
		inner := gan.Box{Top: 2, Left: 2, Bottom: 6 * scale, Right: 8 * scale}
		a, b := window(part, inner, 1), window(whole, inner, 1)
		for i, v := range a.Data {
			if math.Abs(float64(v-b.Data[i])) > 1e-5 {
				t.Fatalf("layer %d, inner element %d: %v on the crop, %v on the whole", layer, i, v, b.Data[i])
			}
		}
		if slices.Equal(part.Data, whole.Data) {
			t.Errorf("layer %d: the crop's edge does not see zeros", layer)
		}
		noisy := cutAt(t, g, layer)
		s = contextOf(t, noisy, rows(1))
		if slices.Equal(target(t, noisy, crop(s, box, scale)).Data, part.Data) {
			t.Errorf("layer %d: noise has no effect", layer)
		}
		rendered, err := cut.Render(crop(s, box, scale), part)
		if err != nil {
			t.Fatal(err)
		}
		factor := silent.Info().Resolution / cut.Layer().ValueSize * scale
		if want := []int{1, 3, 8 * factor, 10 * factor}; !slices.Equal(rendered.Shape, want) {
			t.Errorf("layer %d: the crop renders to %v, want %v", layer, rendered.Shape, want)
		}
	}
}

func TestMismatchedPartsAreErrors(t *testing.T) {
	g := toy(t)
	cut := cutAt(t, g, 6)
	s := contextOf(t, cut, rows(1))
	v := target(t, cut, s)
	if _, err := g.Image(compute.New(1, 5)); err == nil || !strings.Contains(err.Error(), "[N 8]") {
		t.Errorf("latents of another length gave %v", err)
	}
	if _, err := cut.Target(&gan.State{Key: compute.New(1, 2, 4, 4), Style: s.Style}); err == nil {
		t.Error("keys with other channels were accepted")
	}
	if _, err := cut.Target(&gan.State{Key: s.Key}); err == nil {
		t.Error("a state without styles was accepted")
	}
	if _, err := cut.Render(s, compute.New(1, 3, 4, 4)); err == nil {
		t.Error("values with other channels were accepted")
	}
	if _, err := cut.Render(s, window(v, gan.Box{Bottom: 4, Right: 4}, 1)); err == nil || !strings.Contains(err.Error(), "crop both") {
		t.Errorf("cropped values with the whole image gave %v", err)
	}
	if _, err := cut.WithWeight(compute.New(1, 1, 3, 3)); err == nil {
		t.Error("a weight of another shape was accepted")
	}
}

func TestEditsShareEverythingElseAndLeaveTheOriginalAlone(t *testing.T) {
	g := toy(t)
	clean := image(t, g, rows(1))
	cut := cutAt(t, g, 5)
	w := cut.Weight().Clone()
	w.Data[7] += 3
	edited, err := cut.WithWeight(w)
	if err != nil {
		t.Fatal(err)
	}
	changed := image(t, edited.Generator(), rows(1))
	if slices.Equal(changed.Data, clean.Data) {
		t.Error("the edit has no effect")
	}
	w.Data[7] = 1e6 // the caller's tensor is no longer the generator's business
	if again := image(t, edited.Generator(), rows(1)); !slices.Equal(again.Data, changed.Data) {
		t.Error("changing the tensor after the edit changed the edited generator")
	}
	if again := image(t, g, rows(1)); !slices.Equal(again.Data, clean.Data) {
		t.Error("the edit leaked into the original")
	}
	before, after := g.Tensors(), edited.Generator().Tensors()
	for _, n := range g.Names() {
		if shared := &before[n].Data[0] == &after[n].Data[0]; shared == (n == cut.Layer().Name) {
			t.Errorf("tensor %q: shared is %v", n, shared)
		}
	}
	if g.Info().Hash == edited.Generator().Info().Hash {
		t.Error("an edit does not change the hash")
	}
	back, err := edited.WithWeight(cut.Weight())
	if err != nil {
		t.Fatal(err)
	}
	if back.Generator().Info().Hash != g.Info().Hash {
		t.Error("undoing the edit does not restore the hash")
	}
	if _, err := g.With(map[string]*compute.Tensor{"convs.9.conv.weight": w}); err == nil || !strings.Contains(err.Error(), `"convs.9.conv.weight"`) {
		t.Errorf("an unknown tensor gave %v", err)
	}
	if _, err := g.With(map[string]*compute.Tensor{"input.input": w}); err == nil || !strings.Contains(err.Error(), `"input.input"`) {
		t.Errorf("a tensor of another shape gave %v", err)
	}
}

func TestOneGeneratorServesManyGoroutines(t *testing.T) {
	g := toy(t)
	z := toyLatents()
	want := make([]*compute.Tensor, 6)
	for i := range want {
		want[i] = image(t, toy(t), z.Item(i))
	}
	var wg sync.WaitGroup
	for i := range want {
		wg.Go(func() {
			if got, err := g.Image(z.Item(i)); err != nil || !slices.Equal(got.Data, want[i].Data) {
				t.Errorf("image %d differs (error %v)", i, err)
			}
		})
	}
	wg.Wait()
}

func TestTargetGraphIsTheTargetAndItsGradientIsRight(t *testing.T) {
	g := toy(t)
	for _, layer := range []int{5, 6} {
		cut := cutAt(t, g, layer)
		s := contextOf(t, cut, rows(1))
		e := gorgonia.NewGraph()
		w := autodiff.Parameter(e, "w", cut.Weight().Clone())
		values, err := cut.TargetGraph(e, w, s)
		if err != nil {
			t.Fatal(err)
		}
		loss, err := autodiff.L2Mean(values, autodiff.Constant(e, "zero", compute.New(values.Shape()...)))
		if err != nil {
			t.Fatal(err)
		}
		p, err := autodiff.NewProblem(e, loss, []*gorgonia.Node{w})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Step(); err != nil {
			t.Fatal(err)
		}
		a := gorgonia.NewGraph()
		alone, err := cut.TargetGraph(a, autodiff.Constant(a, "w", cut.Weight()), s)
		if err != nil {
			t.Fatal(err)
		}
		got, err := autodiff.Evaluate(alone)
		if err != nil {
			t.Fatal(err)
		}
		want := target(t, cut, s)
		for i, v := range want.Data {
			if math.Abs(float64(got.Data[i]-v)) > 1e-5*max(1, math.Abs(float64(v))) {
				t.Fatalf("layer %d, value %d: %v in the graph, %v in the target", layer, i, got.Data[i], v)
			}
		}
		measure := func(i int, h float32) float64 {
			w := cut.Weight().Clone()
			w.Data[i] += h
			c, err := cut.WithWeight(w)
			if err != nil {
				t.Fatal(err)
			}
			v := target(t, c, s)
			return compute.L2(v.Data, make([]float32, len(v.Data))) / float64(len(v.Data))
		}
		for i := 0; i < len(cut.Weight().Data); i += 41 {
			const h = 1e-2
			want := (measure(i, h) - measure(i, -h)) / (2 * h)
			// The difference quotient of a float32 loss near 1 is good to about 1e-7/h, plus curvature.
			if got := float64(p.Grad(0)[i]); math.Abs(got-want) > 1e-4 {
				t.Errorf("layer %d, weight %d: gradient %v, difference quotient %v", layer, i, got, want)
			}
		}
		p.Close()
	}
}
