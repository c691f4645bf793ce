package gan_test

import (
	"slices"
	"testing"

	"rewriting/gan"
)

func TestALatentAloneLooksAsAtItsPositionOfABatch(t *testing.T) {
	g := toy(t)
	batch := image(t, g, rows(4))
	differ := false
	for i := range 4 {
		alone := image(t, gan.At(g, i), rows(4).Item(i))
		if !slices.Equal(alone.Data, batch.Item(i).Data) {
			t.Errorf("position %d: the picture differs from that of the batch", i)
		}
		differ = differ || !slices.Equal(alone.Data, image(t, g, rows(4).Item(i)).Data)
	}
	if !differ {
		t.Error("the generator has no noise: this test shows nothing")
	}
	if gan.At(g, 0) != g || gan.At(g, 2).Info().Hash != g.Info().Hash {
		t.Error("the generator is another")
	}
}
