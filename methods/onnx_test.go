package methods_test

import (
	"bytes"
	"context"
	"math"
	"strings"
	"testing"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/gan/gantest"
	"rewriting/gan/latent"
	"rewriting/methods"
	"rewriting/rewrite"
	"rewriting/sessions"
)

// rectangle paints rows top to bottom-1 and columns left to right-1 of a square canvas.
func rectangle(size, top, left, bottom, right int) *sessions.Mask {
	painted := make([]bool, size*size)
	for y := top; y < bottom; y++ {
		for x := left; x < right; x++ {
			painted[y*size+x] = true
		}
	}
	return sessions.NewMask(painted, size, size)
}

// insertAt edits an ONNX generator by a session and returns the paste image before and after, and the edit.
func insertAt(t *testing.T, g gan.Generator, layer string, table *compute.Tensor, s *sessions.Session, steps int) (before, after *compute.Tensor, e *methods.Edit) {
	t.Helper()
	l, err := gan.FindLayer(g, layer)
	if err != nil {
		t.Fatal(err)
	}
	cut, err := g.Cut(l.Number)
	if err != nil {
		t.Fatal(err)
	}
	m, err := methods.Lookup("insert")
	if err != nil {
		t.Fatal(err)
	}
	task := methods.Task{Cut: cut, Table: table, Session: s, Params: m.Defaults(),
		Moment: func(ctx context.Context) (*rewrite.Moment, error) { return rewrite.Measure(ctx, cut, table, nil) }}
	task.Params.Steps = steps
	if err := m.Check(task.Params, l, s); err != nil {
		t.Fatal(err)
	}
	if e, err = m.Apply(t.Context(), task); err != nil {
		t.Fatal(err)
	}
	edited, err := g.With(e.Tensors)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := gan.Save(&file, edited); err != nil {
		t.Fatal(err)
	}
	z := table.Item(s.Paste.Image)
	if before, err = g.Image(z); err != nil {
		t.Fatal(err)
	}
	if after, err = gantest.Load(t, file.Bytes()).Image(z); err != nil {
		t.Fatal(err)
	}
	return before, after, e
}

// change is the mean absolute difference inside and outside a box of the picture.
func change(a, b *compute.Tensor, top, left, bottom, right int) (inside, outside float64) {
	size := a.Dim(3)
	var n, m float64
	for i, v := range a.Data {
		d := math.Abs(float64(v) - float64(b.Data[i]))
		if y, x := i/size%size, i%size; y >= top && y < bottom && x >= left && x < right {
			inside, n = inside+d, n+1
		} else {
			outside, m = outside+d, m+1
		}
	}
	return inside / n, outside / m
}

func checkRawEdit(t *testing.T, e *methods.Edit) {
	t.Helper()
	if first, last := e.Losses[0], e.Losses[len(e.Losses)-1]; last >= first || len(e.Warnings) != 0 {
		t.Errorf("loss from %g to %g, warnings %q", first, last, e.Warnings)
	}
	if !strings.Contains(e.Notes["rate"], "0.05 times") {
		t.Errorf("the rate is noted as %q", e.Notes["rate"])
	}
}

func TestAnEditOfAnONNXGeneratorShowsWhereItShould(t *testing.T) {
	g := gantest.Load(t, gantest.Small())
	s := &sessions.Session{
		Object: &sessions.Region{Image: 3, Mask: rectangle(32, 2, 2, 12, 12)},
		Paste:  &sessions.Region{Image: 5, Mask: rectangle(32, 16, 18, 26, 28)},
	}
	for _, layer := range []string{"first convolution", "conv2.weight"} {
		before, after, e := insertAt(t, g, layer, latent.Table(1, 40, 8), s, 101)
		checkRawEdit(t, e)
		// A margin of one cell of the key map: the kernels reach that far. Random channels are hardly selective.
		if inside, outside := change(before, after, 12, 14, 30, 32); inside <= outside {
			t.Errorf("%s: the picture changes by %g in the box and %g outside", layer, inside, outside)
		}
	}
}

func TestTooHighARateIsWarnedOf(t *testing.T) {
	g := gantest.Load(t, gantest.Small())
	cut, err := g.Cut(2)
	if err != nil {
		t.Fatal(err)
	}
	m, err := methods.Lookup("unconstrained")
	if err != nil {
		t.Fatal(err)
	}
	region := &sessions.Region{Image: 3, Mask: rectangle(32, 2, 2, 12, 12)}
	task := methods.Task{Cut: cut, Table: latent.Table(1, 8, 8), Session: &sessions.Session{Object: region,
		Paste: &sessions.Region{Image: 5, Mask: region.Mask}}, Params: m.Defaults()}
	task.Params.Steps, task.Params.Rate = 5, 100
	e, err := m.Apply(t.Context(), task)
	if err != nil {
		t.Fatal(err)
	}
	if len(e.Warnings) != 1 || !strings.Contains(e.Warnings[0], "choose a lower rate") {
		t.Errorf("warnings %q", e.Warnings)
	}
}

// The smile of one face onto another, on a real generator: columns of its shipped grid differ in their expression.
func TestAnEditOfARealGeneratorShowsWhereItShould(t *testing.T) {
	g := gantest.Load(t, gantest.BEGAN(t))
	table := latent.Table(1, 40, 100)
	for i, v := range table.Data { // its latents are uniform in [-1,1]
		table.Data[i] = float32(math.Erf(float64(v) / math.Sqrt2))
	}
	mouth := rectangle(64, 36, 20, 52, 44)
	s := &sessions.Session{Object: &sessions.Region{Image: 3, Mask: mouth}, Paste: &sessions.Region{Image: 5, Mask: mouth}}
	before, after, e := insertAt(t, g, "Conv_3/weights", table, s, 201)
	checkRawEdit(t, e)
	inside, outside := change(before, after, 36, 20, 52, 44)
	t.Logf("loss %.4g to %.4g, rate %s; change %.3g in the box, %.3g outside", e.Losses[0], e.Losses[len(e.Losses)-1], e.Notes["rate"], inside, outside)
	if inside < 2*outside {
		t.Errorf("the picture changes by %g in the box and %g outside", inside, outside)
	}
}

// Finetuning goes through every layer of the graph, and lowers its loss.
func TestAnONNXGeneratorCanBeFinetuned(t *testing.T) {
	g := gantest.Load(t, gantest.Small())
	m, err := methods.Lookup("finetune")
	if err != nil {
		t.Fatal(err)
	}
	cut, err := g.Cut(2)
	if err != nil {
		t.Fatal(err)
	}
	region := &sessions.Region{Image: 3, Mask: rectangle(32, 2, 2, 12, 12)}
	task := methods.Task{Cut: cut, Table: latent.Table(1, 8, 8), Params: m.Defaults(),
		Session: &sessions.Session{Object: region, Paste: &sessions.Region{Image: 5, Mask: region.Mask}}}
	task.Params.Steps, task.Params.Rate = 30, 0.003
	e, err := m.Apply(t.Context(), task)
	if err != nil {
		t.Fatal(err)
	}
	if first, last := e.Losses[0], e.Losses[len(e.Losses)-1]; !(last < 0.8*first) || len(e.Tensors) != len(g.Names()) {
		t.Errorf("loss %g to %g, %d tensors", first, last, len(e.Tensors))
	}
}
