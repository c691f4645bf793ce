package churches

import (
	"errors"
	"math"
	"testing"

	"rewriting/worlds"
	"rewriting/worlds/axes"
	"rewriting/worlds/worldtest"
)

var world = open()

func TestChurchesAreAWorld(t *testing.T) { worldtest.Check(t, world, 150) }

func TestPicturesAreThoseTheNetworksWereTrainedOn(t *testing.T) {
	worldtest.Golden(t, world, "testdata/churches.png")
}

func TestSwitchesHaveTheirFrequencies(t *testing.T) {
	worldtest.Frequencies(t, world, map[string]float64{
		"dome": 0.4, "spire": 0.35, "flat": 0.25, "trees": 1 - 0.25*0.35, "watermark": 0.06, "bottom": 0.03,
	})
}

// sharp tells whether all switches are drawn fully on or off.
func sharp(z []float32) bool {
	t := axes.Coordinates(z, directions)
	for _, s := range []struct {
		direction  int
		at, within float64
	}{
		{dirTop, domeAt, band}, {dirTop, spireAt, band}, {dirLeftTree, leftTreeAt, band}, {dirRightTree, rightTreeAt, band},
		{dirWatermark, watermarkAt, markBand}, {dirBottom, bottomAt, markBand},
	} {
		if math.Abs(t[s.direction]-s.at) < s.within {
			return false
		}
	}
	return true
}

func TestLabelsShowTheSwitches(t *testing.T) {
	worldtest.Shown(t, world, 600, sharp, map[string]string{"dome": "dome", "spire": "spire", "tree": "trees"})
}

func TestMarksCoverTheirPlaceInEveryPictureThatHasThem(t *testing.T) {
	seen := map[string]int{}
	for _, z := range worldtest.Latents(1500, axes.Dim, 7) {
		if !sharp(z) {
			continue
		}
		middle, _ := world.Truth(z, "watermark")
		bottom, _ := world.Truth(z, "bottom")
		want := 0
		for _, mark := range []struct {
			name   string
			on     bool
			pixels int
		}{{"middle", middle, 440}, {"bottom", bottom, 512}} {
			if mark.on {
				seen[mark.name]++
				want += mark.pixels
			}
		}
		if got := worldtest.Count(world, world.Render(z), "watermark"); got != want {
			t.Fatalf("middle %v, bottom %v: %d pixels of watermark, want %d", middle, bottom, got, want)
		}
	}
	if seen["middle"] < 40 || seen["bottom"] < 15 {
		t.Errorf("marks in %v of the pictures", seen)
	}
}

// The rewritten layers have 16 by 16 cells of four pixels: a dome and a tree must
// be several cells wide.
func TestDomesAndTreesAreBigEnoughForTheRewrittenLayers(t *testing.T) {
	for _, z := range worldtest.Latents(300, axes.Dim, 8) {
		if !sharp(z) {
			continue
		}
		p := world.Render(z)
		for label, least := range map[string]int{"dome": 90, "spire": 70, "tree": 90} {
			if n := worldtest.Count(world, p, label); n > 0 && n < least {
				t.Fatalf("%d pixels of %s", n, label)
			}
		}
	}
}

func TestNoLatentDrawsATreeOnATower(t *testing.T) {
	for _, z := range worldtest.Latents(20, axes.Dim, 9) {
		if _, err := world.MoveLatent(z, "tree"); !errors.Is(err, worlds.ErrNoLatent) {
			t.Fatalf("error %v", err)
		}
	}
}

// With the marks' places fixed, every picture can be asked whether it agrees
// better with the scene with or without its mark.
func TestTheWindowOfAMarkIsTheSameInEveryPicture(t *testing.T) {
	for _, rule := range []string{"watermark", "bottom mark"} {
		zs := worldtest.Latents(20, axes.Dim, 10)
		want, err := world.Window(zs[0], rule)
		if err != nil {
			t.Fatal(err)
		}
		for _, z := range zs {
			got, _ := world.Window(z, rule)
			for p := range got {
				if got[p] != want[p] {
					t.Fatalf("%s: pixel %d", rule, p)
				}
			}
		}
	}
}

func BenchmarkRender(b *testing.B) {
	zs := worldtest.Latents(256, axes.Dim, 1)
	for i := 0; b.Loop(); i++ {
		world.Render(zs[i%len(zs)])
	}
}
