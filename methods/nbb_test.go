package methods

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/onnx"
	"rewriting/rewrite/rewritetest"
	"rewriting/sessions"
	"rewriting/worlds"
	_ "rewriting/worlds/faces"
)

var openStages = sync.OnceValues(func() (*onnx.Model, error) {
	w, err := worlds.Open("faces")
	if err != nil {
		return nil, err
	}
	b, err := w.File("attributes.onnx")
	if err != nil {
		return nil, err
	}
	return onnx.Load(b)
})

// stages is a pyramid of five levels for pictures of 64 pixels.
func stages(t *testing.T) *onnx.Model {
	t.Helper()
	m, err := openStages()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// bytesOf is what a picture looks like in a file.
func bytesOf(x *compute.Tensor) []uint8 { return gan.Quantise(x) }

func cleanImage(t *testing.T, task Task, row int) *compute.Tensor {
	t.Helper()
	image, err := task.Cut.Generator().Image(task.Table.Item(row))
	if err != nil {
		t.Fatal(err)
	}
	return gan.Dequantise(gan.Quantise(image), image.Shape...)
}

// A picture is its own correspondence: the paste image becomes the goal where it was pasted, and stays elsewhere.
func TestThePasteImageItselfIsEditedWhereTheObjectWasPasted(t *testing.T) {
	task := toyTask(t, "nbb-copy")
	m, edit := mustApply(t, "nbb-copy", task)
	paste := task.Session.Paste
	got := bytesOf(render(t, m, task, edit, paste.Image))
	clean := cleanImage(t, task, paste.Image)
	before := bytesOf(clean)
	r := clean.Dim(3)
	mask := paste.Mask.Area(r, r).A
	outside, inside := 0, 0
	for i := range got {
		switch {
		case mask[i%(r*r)] == 0 && abs(int(got[i])-int(before[i])) > 1: // a byte read and written again
			outside++
		case mask[i%(r*r)] == 1 && got[i] != before[i]:
			inside++
		}
	}
	if outside > 0 || inside == 0 {
		t.Errorf("%d values changed outside the mask, %d inside", outside, inside)
	}
}

func abs(x int) int { return max(x, -x) }

// Rows that share what they find draw what each draws alone, and find it once.
func TestSharedCorrespondencesChangeNoPicture(t *testing.T) {
	var common Shared
	var found []*correspondences
	for _, kind := range []string{"nbb-copy", "nbb-laplace", "nbb-poisson"} {
		alone, together := toyTask(t, kind), toyTask(t, kind)
		together.Shared = &common
		m, edit := mustApply(t, kind, alone)
		if !bytes.Equal(bytesOf(render(t, m, alone, edit, 3)), bytesOf(render(t, m, together, edit, 3))) {
			t.Errorf("%s: another picture", kind)
		}
		c, err := together.correspondences(edit.Pictures[targetPicture])
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, c)
	}
	if found[0] != found[1] || found[1] != found[2] || len(found[0].known) != 1 {
		t.Errorf("%d pictures known; the same for all rows: %v", len(found[0].known), found)
	}
}

func TestOnlySoManySamplesAreKept(t *testing.T) {
	task := toyTask(t, "nbb-copy")
	_, edit := mustApply(t, "nbb-copy", task)
	target := edit.Pictures[targetPicture]
	c, err := task.correspondences(target)
	if err != nil {
		t.Fatal(err)
	}
	oldest := picture{1}
	c.keep(oldest, nil)
	for i := range keptSamples - 1 {
		c.keep(picture{2, byte(i), byte(i >> 8)}, nil)
	}
	if _, err := c.pairs(context.Background(), target); err != nil {
		t.Fatal(err)
	}
	_, first := c.known[oldest]
	_, last := c.known[pictureOf(target)]
	if first || !last || len(c.known) != keptSamples || len(c.order) != keptSamples {
		t.Errorf("%d are kept, in an order of %d; the oldest %v, the newest %v", len(c.known), len(c.order), first, last)
	}
}

func TestWithoutCorrespondenceThePictureStaysByteForByte(t *testing.T) {
	for _, kind := range []string{"nbb-copy", "nbb-laplace", "nbb-poisson"} {
		for _, official := range []bool{false, true} {
			task := toyTask(t, kind)
			task.Params.Official = official
			_, edit := mustApply(t, kind, task)
			found, err := task.correspondences(edit.Pictures[targetPicture])
			if err != nil {
				t.Fatal(err)
			}
			clean := cleanImage(t, task, 3)
			found.known[pictureOf(clean)] = nil
			m, _ := Lookup(kind)
			task.Shared = new(Shared)
			r, err := m.Renderer(task, edit)
			if err != nil {
				t.Fatal(err)
			}
			r.(*pixelRenderer).found = found
			got, err := r.Image(t.Context(), Sample{Seed: 3, Clean: clean})
			if err != nil {
				t.Fatal(err)
			}
			raw, err := task.Cut.Generator().Image(task.Table.Item(3))
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(bytesOf(got), bytesOf(raw)) {
				t.Errorf("%s, official %v: another picture", kind, official)
			}
		}
	}
}

func TestWhatNBBCannotWorkWithIsToldBeforeAnyWork(t *testing.T) {
	for want, change := range map[string]func(*Task){
		"needs features":                       func(t *Task) { t.Features = nil },
		`feature_levels = ["feat1" "nothing"]`: func(t *Task) { t.Params.FeatureLevels = []string{"feat1", "nothing"} },
		"truncates to nothing": func(t *Task) {
			t.Params.Official = true
			t.Session.Paste.Mask = rewritetest.Rectangle(3, 256, 101, 104, 101, 104).Mask
		},
		"nothing of the paste mask is left": func(t *Task) { t.Session.Paste.Mask = sessions.NewMask(make([]bool, 4096), 64, 64) },
	} {
		task := toyTask(t, "nbb-copy")
		m, _ := Lookup("nbb-copy")
		checker := m.(TaskChecker)
		if err := checker.CheckTask(task); err != nil {
			t.Fatal(err)
		}
		change(&task)
		if err := checker.CheckTask(task); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestAnEditOfAnotherMethodHasNoPictures(t *testing.T) {
	task := toyTask(t, "nbb-copy")
	m, _ := Lookup("nbb-copy")
	if _, err := m.Renderer(task, &Edit{}); err == nil {
		t.Error("an edit without pictures was rendered")
	}
}
