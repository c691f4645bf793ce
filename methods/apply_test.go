package methods

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/rewrite"
	"rewriting/rewrite/rewritetest"
)

// toyTask is an edit of layer 8 of the toy generator.
func toyTask(t *testing.T, kind string) Task {
	t.Helper()
	cut, err := rewritetest.Generator(t).Cut(8)
	if err != nil {
		t.Fatal(err)
	}
	table := rewritetest.Table()
	var once sync.Once
	var moment *rewrite.Moment
	var failure error
	task := Task{Cut: cut, Table: table, Session: rewritetest.Session(), Params: toyParams(kind),
		Moment: func(ctx context.Context) (*rewrite.Moment, error) {
			once.Do(func() { moment, failure = rewrite.Measure(ctx, cut, table, nil) })
			return moment, failure
		}}
	if strings.HasPrefix(kind, "nbb-") {
		task.Features = stages(t)
	}
	return task
}

func mustApply(t *testing.T, kind string, task Task) (Method, *Edit) {
	t.Helper()
	m, err := Lookup(kind)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Check(task.Params, task.Cut.Layer(), task.Session); err != nil {
		t.Fatal(err)
	}
	edit, err := m.Apply(t.Context(), task)
	if err != nil {
		t.Fatalf("%s: %v", kind, err)
	}
	return m, edit
}

func render(t *testing.T, m Method, task Task, e *Edit, row int) *compute.Tensor {
	t.Helper()
	r, err := m.Renderer(task, e)
	if err != nil {
		t.Fatal(err)
	}
	z := task.Table.Item(row)
	clean, err := task.Cut.Generator().Image(z)
	if err != nil {
		t.Fatal(err)
	}
	image, err := r.Image(t.Context(), Sample{Seed: uint32(row), Z: z.Data, Clean: gan.Dequantise(gan.Quantise(clean), clean.Shape...)})
	if err != nil {
		t.Fatal(err)
	}
	return image
}

func TestEveryMethodEditsWhatItMayAndNothingElse(t *testing.T) {
	for _, kind := range Kinds() {
		t.Run(kind, func(t *testing.T) {
			task := toyTask(t, kind)
			before := map[string]*compute.Tensor{}
			for name, x := range task.Cut.Generator().Tensors() {
				before[name] = x.Clone()
			}
			steps := 0
			task.Progress = func(step, total int, loss float64) { steps++ }
			m, edit := mustApply(t, kind, task)
			var want []string
			switch kind {
			case "unmodified", "nbb-copy", "nbb-laplace", "nbb-poisson":
			case "finetune":
				want = slices.Sorted(slices.Values(task.Cut.Generator().Names()))
			default:
				want = []string{task.Cut.Layer().Name}
			}
			if got := slices.Sorted(maps.Keys(edit.Tensors)); !slices.Equal(got, want) {
				t.Errorf("changed %v", got)
			}
			if steps != len(edit.Losses) {
				t.Errorf("%d steps reported, %d losses kept", steps, len(edit.Losses))
			}
			if n := len(edit.Losses); n > 0 && edit.Losses[n-1] >= edit.Losses[0] && kind != "erase" {
				t.Errorf("the loss went from %g to %g", edit.Losses[0], edit.Losses[n-1])
			}
			for name, x := range task.Cut.Generator().Tensors() {
				if !slices.Equal(x.Data, before[name].Data) {
					t.Errorf("the generator's own tensor %s was written to", name)
				}
			}
			clean, err := task.Cut.Generator().Image(task.Table.Item(7))
			if err != nil {
				t.Fatal(err)
			}
			if same := slices.Equal(clean.Data, render(t, m, task, edit, 7).Data); same != (kind == "unmodified") {
				t.Errorf("image 7 is the same: %t", same)
			}
		})
	}
}

func TestAnEditGivesTheSameImagesAfterItsFile(t *testing.T) {
	task := toyTask(t, "insert")
	m, edit := mustApply(t, "insert", task)
	var b bytes.Buffer
	if err := edit.Write(&b); err != nil {
		t.Fatal(err)
	}
	again, err := ReadEdit(&b)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(render(t, m, task, edit, 3).Data, render(t, m, task, again, 3).Data) {
		t.Error("images differ")
	}
	if again.Notes["context cells"] != "311" || again.Notes["rank"] != "1" || again.Direction.Dim(1) != 5 {
		t.Errorf("notes %v", again.Notes)
	}
}

func TestMethodsAreDeterministic(t *testing.T) {
	for _, kind := range Kinds() {
		task := toyTask(t, kind)
		_, a := mustApply(t, kind, task)
		_, b := mustApply(t, kind, task)
		a.Seconds, b.Seconds = 0, 0
		var first, second bytes.Buffer
		if err := errors.Join(a.Write(&first), b.Write(&second)); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("%s: two runs differ (%v)", kind, err)
		}
	}
}

func TestMethodsStopWhenTold(t *testing.T) {
	for _, kind := range Kinds() {
		task := toyTask(t, kind)
		if kind == "zero" || task.Params.Steps == 0 {
			continue
		}
		ctx, stop := context.WithCancel(t.Context())
		task.Progress = func(step, _ int, _ float64) {
			if step == 3 {
				stop()
			}
		}
		m, _ := Lookup(kind)
		if _, err := m.Apply(ctx, task); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", kind, err)
		}
		stop()
	}
}

func TestTheRowsDifferInWhatTheirNamesSay(t *testing.T) {
	task := toyTask(t, "single-image")
	_, first := mustApply(t, "single-image", task)
	task.Params.Context = 1
	_, second := mustApply(t, "single-image", task)
	_, all := mustApply(t, "insert", toyTask(t, "insert"))
	if first.Notes["context regions"] != "1" || all.Notes["context regions"] != "3" ||
		slices.Equal(first.Direction.Data, second.Direction.Data) || slices.Equal(first.Direction.Data, all.Direction.Data) {
		t.Error("the direction does not depend on the context")
	}
	_, free := mustApply(t, "unconstrained", toyTask(t, "unconstrained"))
	if free.Direction != nil {
		t.Error("the unconstrained layer has directions")
	}
	_, zeroed := mustApply(t, "zero", toyTask(t, "zero"))
	w := zeroed.Tensors["convs.5.conv.weight"]
	empty := 0
	for unit := range 5 {
		if strings.Contains(zeroed.Notes["units"], string(rune('0'+unit))) {
			empty++
			for o := range 5 {
				for i := range 9 {
					if w.Data[(o*5+unit)*9+i] != 0 {
						t.Fatalf("unit %d of %s keeps a weight", unit, zeroed.Notes["units"])
					}
				}
			}
		}
	}
	if empty != 2 || w.Shape[0] != 1 {
		t.Errorf("%d units zeroed in %v", empty, w)
	}
}

func TestARankThatTheContextCannotGiveIsAWarning(t *testing.T) {
	task := toyTask(t, "insert")
	small := rewritetest.Rectangle(5, 64, 6, 22, 8, 24) // nine cells at 32x32 at most
	task.Session.Key = task.Session.Key[:1]
	task.Session.Key[0] = small
	task.Params.Rank = 5
	task.Params.Steps = 2
	_, edit := mustApply(t, "insert", task)
	cells := small.Mask.Area(32, 32).Positive()
	if cells < 5 != (len(edit.Warnings) == 1) {
		t.Errorf("%d cells, warnings %q", cells, edit.Warnings)
	}
}

func TestARendererRefusesALatentOfTheWrongLength(t *testing.T) {
	task := toyTask(t, "unmodified")
	m, edit := mustApply(t, "unmodified", task)
	r, err := m.Renderer(task, edit)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Image(t.Context(), Sample{Seed: 4, Z: make([]float32, 3)}); err == nil || !strings.Contains(err.Error(), "sample 4: a latent of 3 numbers") {
		t.Errorf("%v", err)
	}
	if _, err := m.Renderer(task, &Edit{Tensors: map[string]*compute.Tensor{"nothing": compute.New(1)}}); err == nil {
		t.Error("an edit of a tensor that does not exist was rendered")
	}
}

// C may come from another truncation than the edit's (spec: experiments 4); mean squares of units may not.
func TestUnitsAreComparedWithTheEditedGeneratorsOwnMeanSquares(t *testing.T) {
	for kind, usesC := range map[string]bool{"erase": true, "zero": false} {
		task := toyTask(t, kind)
		if kind == "zero" {
			task.Params.Keys = rewrite.NormDissect
		}
		_, plain := mustApply(t, kind, task)
		measured, err := task.Moment(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		wide := &rewrite.Moment{In: measured.In, Rows: measured.Rows, C: slices.Clone(measured.C)}
		for i := range wide.In {
			wide.C[i*wide.In+i] *= float64(1 + 10*i)
		}
		own := task.Moment
		task.Moment = func(context.Context) (*rewrite.Moment, error) { return wide, nil }
		_, other := mustApply(t, kind, task)
		task.Usual = own
		_, mixed := mustApply(t, kind, task)
		if mixed.Notes["units"] != plain.Notes["units"] || other.Notes["units"] == plain.Notes["units"] {
			t.Errorf("%s: units %s, %s with another moment, %s with another C alone", kind, plain.Notes["units"], other.Notes["units"], mixed.Notes["units"])
		}
		if same := slices.Equal(mixed.Direction.Data, plain.Direction.Data); same == usesC {
			t.Errorf("%s: the directions of another C are the same: %t", kind, same)
		}
	}
}
