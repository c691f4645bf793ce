package rewrite

import (
	"testing"

	"rewriting/rewrite/rewritetest"
	"rewriting/sessions"
)

// Progressive GAN's target is the bare convolution. Numbers: spec method 13.3.
func TestGoldenInsertsOfAProgressiveGAN(t *testing.T) {
	for _, c := range []struct {
		layer, rank      int
		d                []float64
		box              sessions.Box
		outSum, outAbs   float64
		losses           []float64 // iterations 0 to 3
		last             float64   // iteration 10
		imageSum, imgAbs float64   // of image 7 after the edit
	}{
		{4, 1, []float64{.171869, -.112682, -.342468, -.008915, .337535, .779202, -.345420}, sessions.Box{Top: 0, Left: 2, Bottom: 5, Right: 7},
			-421.3081, 1142.0881, []float64{5.364388, 5.301574, 4.872384, 4.534067}, 3.280265, -27.1915, 513.6026},
		{5, 1, []float64{.400594, -.192804, .297238, .649441, .443554, -.302051, .065202}, sessions.Box{Top: 0, Left: 3, Bottom: 8, Right: 12},
			239.8277, 2038.2466, []float64{5.393934, 5.314439, 4.914944, 4.602486}, 3.607306, -7.1033, 511.7184},
		{6, 2, []float64{.093088, .819579, -.361840, -.074056, .233119, -.358982, .283105, .389424, .859076, -.122487, -.113410, .048198},
			sessions.Box{Top: 0, Left: 3, Bottom: 8, Right: 12},
			852.9039, 2220.0097, []float64{5.795602, 5.584327, 5.280030, 5.029974}, 4.093314, 9.1900, 516.0975},
	} {
		cut, err := rewritetest.Progressive(t).Cut(c.layer)
		if err != nil {
			t.Fatal(err)
		}
		y := toy{cut: cut, table: rewritetest.Table(), session: rewritetest.Session()}
		y.moment = measured(t, y.cut, y.table)
		d := y.basis(t, ZCA, y.session.Key, c.rank).D
		nearAll(t, "D", d.Data, c.d...)
		g := y.goal(t, TightPaste)
		if g.Pasted.Placement.Box != c.box {
			t.Errorf("layer %d: box %v, want %v", c.layer, g.Pasted.Placement.Box, c.box)
		}
		nearSums(t, "goal out", g.Values, c.outSum, c.outAbs)
		result, err := Insert(t.Context(), y.cut, g, d, quick(11, 0.05))
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range append(c.losses, c.last) {
			if i == len(c.losses) {
				i = 10
			}
			near(t, "loss", result.Losses[i], want, want)
		}
		nearSums(t, "image 7", y.image(t, result.Weight, 7), c.imageSum, c.imgAbs)
	}
}
