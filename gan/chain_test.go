package gan_test

import (
	"slices"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"

	"rewriting/compute/autodiff"
	"rewriting/gan"
)

func TestAChainRunInPiecesGivesTheImage(t *testing.T) {
	g := toyProg(t).(gan.Chain)
	want := image(t, g, rows(3))
	for cut := 0; cut <= 6; cut++ {
		x, err := g.Run(rows(3), 1, cut)
		if err != nil {
			t.Fatal(err)
		}
		for first := cut + 1; cut > 0 && first <= 6; first += 2 { // two layers at a time
			if x, err = g.Run(x, first, min(first+1, 6)); err != nil {
				t.Fatal(err)
			}
		}
		if cut == 0 {
			continue
		}
		got, err := g.Finish(x, 6)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.Data, want.Data) {
			t.Errorf("cut after layer %d: another image", cut)
		}
	}
}

func TestTheGraphOfAChainHasTheValuesOfTheChain(t *testing.T) {
	g := toyProg(t).(gan.Chain)
	for _, span := range [][2]int{{1, 6}, {2, 4}, {4, 5}, {6, 6}} {
		x, err := g.Run(rows(2), 1, span[0]-1)
		if err != nil {
			t.Fatal(err)
		}
		want, err := g.Run(x, span[0], span[1])
		if err != nil {
			t.Fatal(err)
		}
		if span[0] == 1 {
			x = x.Reshape(2, 8, 1, 1)
		}
		e := gorgonia.NewGraph()
		w, err := g.Cut(span[0])
		if err != nil {
			t.Fatal(err)
		}
		n, err := g.RunGraph(autodiff.Constant(e, "x", x), span[0], span[1],
			map[int]*gorgonia.Node{span[0]: autodiff.Parameter(e, "w", w.Weight().Clone())})
		if err != nil {
			t.Fatal(err)
		}
		got, err := autodiff.Evaluate(n)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range got.Data {
			// The renderer may use another form of the convolution, whose sums round differently.
			if d := v - want.Data[i]; d > 1e-4 || d < -1e-4 {
				t.Fatalf("layers %v: value %d is %v in the graph, %v in the chain", span, i, v, want.Data[i])
			}
		}
	}
}

func TestAChainNamesTheLayersItHas(t *testing.T) {
	g := toyProg(t).(gan.Chain)
	for _, span := range [][2]int{{0, 3}, {3, 7}, {5, 3}} {
		if _, err := g.Run(rows(1), span[0], span[1]); err == nil || !strings.Contains(err.Error(), "1 to 6") {
			t.Errorf("layers %v: error %v", span, err)
		}
	}
	if _, err := g.Run(rows(1), 3, 4); err == nil || !strings.Contains(err.Error(), "layer 3") {
		t.Errorf("latents into layer 3: error %v", err)
	}
	if _, ok := toy(t).(gan.Chain); ok {
		t.Error("a StyleGAN2 is taken for a chain")
	}
}
