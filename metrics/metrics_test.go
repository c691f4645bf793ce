package metrics

import (
	"context"
	"math"
	"strings"
	"testing"

	"rewriting/compute"
)

var background = context.Background()

// grey is an H x W image of one 8-bit level.
func grey(h, w int, level uint8) *compute.Tensor {
	x := compute.New(1, 3, h, w)
	for i := range x.Data {
		x.Data[i] = value(level)
	}
	return x
}

func paint(x *compute.Tensor, channel, pixel int, level uint8) {
	x.Data[channel*x.Dim(2)*x.Dim(3)+pixel] = value(level)
}

var smileMask = map[string]any{"segmenter": "segment", "classes": []any{"mouth"}}

// P15: the identity edit gives distance exactly 0 and no changed pixel, whatever the mask.
func TestP15TheIdentityEditChangesNothing(t *testing.T) {
	c := testContext(t, nil)
	for _, set := range []*Set{
		build(t, c, "lpips", "", map[string]any{"network": "distance", "mask": smileMask, "regions": []any{"outside", "inside", "all"}}),
		build(t, c, "change", "", map[string]any{"mask": map[string]any{"rule": "smile"}, "regions": []any{"outside", "inside", "all"}, "measures": []any{"l1", "changed", "l1-pooled"}}),
	} {
		for seed := range uint64(5) {
			for key, v := range score(t, set, face(c, seed)) {
				if v != 0 && !strings.HasSuffix(key, "-pixels") {
					t.Errorf("seed %d: %s = %v", seed, key, v)
				}
			}
		}
	}
}

func TestTheNetworkItselfGivesZeroForEqualImages(t *testing.T) {
	c := testContext(t, nil)
	p, err := openPerceptual("network", "distance", Preprocess{}, c)
	if err != nil {
		t.Fatal(err)
	}
	x := face(c, 1).Clean
	d, err := p.run(background, &Sample{Seed: 1}, x, x)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range d {
		if v != 0 {
			t.Fatal("not zero")
		}
	}
}

// The mean is over the pixels that the clean image's segmentation leaves, by hand on four pixels.
func TestMaskedDistanceAveragesOverThePixelsOutsideTheObject(t *testing.T) {
	c := testContext(t, nil)
	set := build(t, c, "lpips", "LPIPS (masked)", map[string]any{"network": "distance", "mask": smileMask, "regions": []any{"outside", "inside", "all"}})
	wantKeys(t, set, "lpips", "lpips-inside", "lpips-all")
	s := &Sample{Clean: grey(2, 2, 0), Edited: grey(2, 2, 0)}
	paint(s.Clean, 0, 0, 255) // pixel 0 is red: the object
	paint(s.Edited, 1, 1, 255)
	got := score(t, set, s)
	// Pixel 0 differs by 2 in red, pixel 1 by 2 in green: squares of 4 each.
	for key, want := range map[string]float64{"lpips": 4. / 3, "lpips-inside": 4, "lpips-all": 2} {
		if math.Abs(got[key]-want) > 1e-6 {
			t.Errorf("%s = %v, want %v", key, got[key], want)
		}
	}
	if set.Columns()[0].Title != "LPIPS (masked)" {
		t.Errorf("title %q", set.Columns()[0].Title)
	}
}

func TestAnImageThatIsAllObjectDoesNotApply(t *testing.T) {
	c := testContext(t, nil)
	set := build(t, c, "lpips", "", map[string]any{"network": "distance", "mask": smileMask})
	s := &Sample{Clean: grey(2, 2, 255), Edited: grey(2, 2, 0)}
	if got := score(t, set, s)["lpips"]; !math.IsNaN(got) {
		t.Errorf("got %v, want not applicable", got)
	}
	e := Summarise(set.Columns(), Scores{{0.5, math.NaN(), 0.1}}, 0)
	if e.N != 2 || e.Excluded != 1 || math.Abs(e.Value-0.3) > 1e-12 {
		t.Errorf("%+v", e)
	}
}

// Channels are summed in the pooled form of the released script and averaged in the other.
func TestPixelChangeByHand(t *testing.T) {
	c := testContext(t, nil)
	set := build(t, c, "change", "", map[string]any{"mask": smileMask, "measures": []any{"l1", "changed", "l1-pooled"}})
	wantKeys(t, set, "change-l1", "change-changed", "change-l1-pooled", "change-l1-pooled-pixels")
	s := &Sample{Clean: grey(2, 2, 0), Edited: grey(2, 2, 0)}
	paint(s.Clean, 0, 0, 255)
	paint(s.Edited, 1, 1, 255)
	paint(s.Edited, 2, 2, 1)
	got := score(t, set, s)
	sum := 2 + 2./255
	for key, want := range map[string]float64{"change-l1": sum / 9, "change-changed": 2. / 3, "change-l1-pooled": sum, "change-l1-pooled-pixels": 3} {
		if math.Abs(got[key]-want) > 1e-6 {
			t.Errorf("%s = %v, want %v", key, got[key], want)
		}
	}
	strict := build(t, c, "change", "", map[string]any{"mask": smileMask, "measures": []any{"changed"}, "levels": int64(2)})
	if v := score(t, strict, s)["change-changed"]; math.Abs(v-1./3) > 1e-12 {
		t.Errorf("from two levels on, %v of the pixels are changed", v)
	}
}

func TestClassifierCountsConversionsAmongThoseThatTheWorldSaysLackIt(t *testing.T) {
	c := testContext(t, nil)
	set := build(t, c, "classifier", "% smiling", map[string]any{"network": "bright", "output": int64(1), "truth": "smile"})
	wantKeys(t, set, "smiling", "smiling-negatives")
	for seed := range uint64(12) {
		s := face(c, seed)
		s.Edited = grey(64, 64, 200)
		smiles, _ := c.World.Truth(s.Z, "smile")
		got := score(t, set, s)
		if got["smiling"] != 1 || math.IsNaN(got["smiling-negatives"]) != smiles {
			t.Errorf("seed %d, smiling %v: %v", seed, smiles, got)
		}
	}
}

func TestWithoutAWorldTheCleanImageDecidesWhoWasNegative(t *testing.T) {
	calls := 0
	c := testContext(t, &calls)
	c.World = nil
	set := build(t, c, "classifier", "", map[string]any{"network": "bright", "attribute": "bright"})
	dark := &Sample{Clean: grey(2, 2, 0), Edited: grey(2, 2, 255), Prepared: NewPrepared()}
	light := &Sample{Clean: grey(2, 2, 255), Edited: grey(2, 2, 0), Prepared: NewPrepared()}
	if got := score(t, set, dark); got["bright"] != 1 || got["bright-negatives"] != 1 {
		t.Errorf("dark to light: %v", got)
	}
	if got := score(t, set, light); got["bright"] != 0 || !math.IsNaN(got["bright-negatives"]) {
		t.Errorf("light to dark: %v", got)
	}
	calls = 0
	score(t, set, dark) // a second method: the clean decision is known
	if calls != 1 {
		t.Errorf("%d calls of the network, want 1", calls)
	}
}

func TestCounterfactualIsZeroForThePerfectEditAndPositiveForNone(t *testing.T) {
	c := testContext(t, nil)
	set := build(t, c, "counterfactual", "", map[string]any{"rule": "smile", "against": []any{"own", "render"}, "network": "distance"})
	wantKeys(t, set, "cf-own-l1-outside", "cf-own-l1-inside", "cf-own-lpips-outside", "cf-own-lpips-inside",
		"cf-render-l1-outside", "cf-render-l1-inside", "cf-render-lpips-outside", "cf-render-lpips-inside")
	s := frowning(t, c, 3)
	none := score(t, set, s)
	p, err := c.World.Counterfactual(s.Z, "smile")
	if err != nil {
		t.Fatal(err)
	}
	s.Edited = roundTrip(compute.From(p.RGB, 1, 3, p.Size, p.Size))
	perfect := score(t, set, s)
	for _, key := range keys(set) {
		if strings.HasPrefix(key, "cf-render") && perfect[key] != 0 {
			t.Errorf("perfect edit: %s = %v", key, perfect[key])
		}
		if strings.HasSuffix(key, "inside") && !(none[key] > 0) {
			t.Errorf("no edit: %s = %v", key, none[key])
		}
		// The window holds all that the rule draws; outside it the clean picture is the ideal one already.
		if key == "cf-render-l1-outside" && none[key] != 0 {
			t.Errorf("no edit: %s = %v", key, none[key])
		}
	}
}

func TestAFaceThatSmilesAlreadyIsItsOwnCounterfactual(t *testing.T) {
	c := testContext(t, nil)
	set := build(t, c, "counterfactual", "", map[string]any{"rule": "smile", "network": "distance"})
	changing := build(t, c, "counterfactual", "", map[string]any{"rule": "smile", "among": "changing"})
	smiling := 0
	for seed := range uint64(10) {
		s := face(c, seed)
		if yes, _ := c.World.Truth(s.Z, "smile"); !yes {
			continue
		}
		smiling++
		for key, v := range score(t, set, s) {
			if v != 0 {
				t.Errorf("seed %d: %s = %v", seed, key, v)
			}
		}
		for key, v := range score(t, changing, s) {
			if !math.IsNaN(v) {
				t.Errorf("seed %d: %s = %v, want not applicable", seed, key, v)
			}
		}
	}
	if smiling == 0 {
		t.Fatal("no smiling face among the seeds")
	}
}

func TestModifiedPixelsArePooledOverImages(t *testing.T) {
	c := testContext(t, nil)
	set := build(t, c, "modified", "", map[string]any{"mask": smileMask, "target": []any{"rest"}})
	wantKeys(t, set, "modified", "modified-gone", "modified-pixels")
	// One image of 4 mouth pixels of which 1 is changed, one of 1 pixel which is changed, one without any.
	a := &Sample{Clean: grey(2, 2, 255), Edited: grey(2, 2, 255)}
	paint(a.Edited, 0, 0, 0)
	b := &Sample{Clean: grey(2, 2, 0), Edited: grey(2, 2, 0)}
	paint(b.Clean, 0, 3, 255)
	none := &Sample{Clean: grey(2, 2, 0), Edited: grey(2, 2, 0)}
	scores := make(Scores, 3)
	for _, s := range []*Sample{a, b, none} {
		v, err := set.Score(background, s)
		if err != nil {
			t.Fatal(err)
		}
		for k := range scores {
			scores[k] = append(scores[k], v[k])
		}
	}
	e := Summarise(set.Columns(), scores, 0)
	if math.Abs(e.Value-40) > 1e-12 || e.N != 2 || e.Excluded != 1 {
		t.Errorf("%+v, want 2 of 5 pixels", e)
	}
	if d := Compare(set.Columns(), scores, scores, 0); d.Value != 0 || d.Verdict() != "~" {
		t.Errorf("a method against itself: %+v", d)
	}
}

func TestBadImagesAreNamedBySeed(t *testing.T) {
	c := testContext(t, nil)
	set := build(t, c, "lpips", "", map[string]any{"network": "distance", "regions": []any{"all"}})
	bad := grey(2, 2, 0)
	bad.Data[6] = float32(math.NaN())
	for want, s := range map[string]*Sample{
		"seed 7: the edited image holds NaN at pixel (1, 0)": {Seed: 7, Clean: grey(2, 2, 0), Edited: bad},
		"seed 8: the clean image is missing":                 {Seed: 8, Edited: grey(2, 2, 0)},
		"seed 9: the edited image has shape [1 3 2 3]":       {Seed: 9, Clean: grey(2, 2, 0), Edited: grey(2, 3, 0)},
	} {
		if _, err := set.Score(background, s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestCleanSideWorkIsDoneOncePerSample(t *testing.T) {
	calls := 0
	c := testContext(t, &calls)
	set := build(t, c, "lpips", "", map[string]any{"network": "distance", "mask": smileMask})
	s := face(c, 1)
	s.Edited = grey(64, 64, 9)
	if err := set.Prepare(background, s); err != nil {
		t.Fatal(err)
	}
	if calls != 1 {
		t.Fatalf("Prepare runs %d networks, want the segmenter alone", calls)
	}
	first := score(t, set, s)["lpips"]
	if second := score(t, set, s)["lpips"]; second != first || calls != 3 {
		t.Errorf("scores %v and %v after %d runs, want equal ones after 3", first, second, calls)
	}
	s.Prepared = nil
	if again := score(t, set, s)["lpips"]; again != first {
		t.Errorf("without preparation the score is %v, not %v", again, first)
	}
}
