package gan_test

import (
	"slices"
	"testing"

	"rewriting/compute"
	"rewriting/gan"
)

func TestADrawingIsWhatEveryGeneratorDrawsAloneBitForBit(t *testing.T) {
	g := toy(t)
	z := compute.New(1, g.Info().LatentDim)
	for i := range z.Data {
		z.Data[i] = float32(i%5) - 1.7
	}
	edit := func(name string, by float32) gan.Generator {
		w := g.Tensors()[name].Clone()
		compute.Scale(w.Data, by)
		e, err := g.With(map[string]*compute.Tensor{name: w})
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	all := []gan.Generator{g}
	for _, l := range g.Layers() {
		all = append(all, edit(l.Name, 0.5), edit(l.Name, 1.5))
	}
	all = append(all, edit("style.1.weight", 0.9), edit("input.input", 0.9), edit("to_rgb1.conv.weight", 0.5), edit("conv1.conv.weight", 0.5), g)
	for _, position := range []int{0, 3} {
		d := gan.NewDrawing(g, z, position)
		for i, e := range all {
			want, err := gan.At(e, position).Image(z)
			if err != nil {
				t.Fatal(err)
			}
			got, err := d.Image(e)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got.Data, want.Data) {
				t.Errorf("position %d: generator %d draws another image than alone", position, i)
			}
		}
	}
}
