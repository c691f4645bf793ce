package gan_test

import (
	"slices"
	"sync"
	"testing"

	"rewriting/gan/gantest"
)

func TestEditsAndPicturesOfOneONNXGeneratorMayRunTogether(t *testing.T) {
	g := gantest.Load(t, gantest.Small())
	z := waves(1, 8)
	want := image(t, g, z)
	var all sync.WaitGroup
	for layer := 1; layer <= 3; layer++ {
		all.Go(func() {
			c, err := g.Cut(layer)
			if err != nil {
				t.Error(err)
				return
			}
			w := c.Weight().Clone()
			w.Data[0]++
			if _, err := c.WithWeight(w); err != nil {
				t.Error(err)
			}
			x, err := g.Image(z)
			if err != nil || !slices.Equal(x.Data, want.Data) {
				t.Errorf("another picture while edits are made (%v)", err)
			}
		})
	}
	all.Wait()
}
