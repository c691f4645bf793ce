package export

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"testing"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/gan/latent"
	"rewriting/methods"
	"rewriting/onnx"
	"rewriting/rewrite"
	"rewriting/sessions"
)

const realFaces = "../../networks/real-faces"

// realFace opens one of the files that real_faces.py makes, or skips.
func realFace(t *testing.T, name string) *onnx.Model {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(realFaces, name))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s has no %s; it is made by scripts/export/real_faces/real_faces.py", realFaces, name)
	}
	if err != nil {
		t.Fatal(err)
	}
	m, err := onnx.Load(b)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestASmileWrittenIntoRealFacesAppearsAtTheMouth(t *testing.T) {
	if testing.Short() {
		t.Skip("draws faces of 1024 pixels")
	}
	judges := map[*onnx.Model]int{realFace(t, "mini-xception.onnx"): 3, realFace(t, "face-api.onnx"): 1} // the logit of "happy"
	g, err := gan.LoadFile(t.Context(), filepath.Join(realFaces, "generator.onnx"), gan.Options{Truncation: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	layer, err := gan.FindLayer(g, "Conv_321")
	if err != nil {
		t.Fatal(err)
	}
	if layer.In != 512 || layer.Out != 512 || layer.Kernel != 1 || layer.KeySize != 32 || layer.ValueSize != 32 {
		t.Fatalf("layer %+v, want a pointwise convolution of 512 channels at 32x32", layer)
	}
	cut, err := g.Cut(layer.Number)
	if err != nil {
		t.Fatal(err)
	}
	session, err := sessions.Load("../../sessions/ffhq/smile.json")
	if err != nil {
		t.Fatal(err)
	}
	table := latent.Table(1, 1000, g.Info().LatentDim)
	m, err := methods.Lookup("linear")
	if err != nil {
		t.Fatal(err)
	}
	task := methods.Task{Cut: cut, Table: table, Session: session, Params: m.Defaults(),
		Moment: func(ctx context.Context) (*rewrite.Moment, error) {
			const rows = 100 // 102,400 keys of 512 channels
			return rewrite.Measure(ctx, cut, compute.From(table.Data[:rows*table.Dim(1)], rows, table.Dim(1)), nil)
		}}
	task.Params.Rank, task.Params.Rate, task.Params.Steps = 4, 0.02, 501 // as far as the table's 2,001 smaller steps
	edit, err := m.Apply(t.Context(), task)
	if err != nil {
		t.Fatal(err)
	}
	if first, last := edit.Losses[0], edit.Losses[len(edit.Losses)-1]; last >= first {
		t.Errorf("the loss went from %.3f to %.3f", first, last)
	}
	edited, err := g.With(edit.Tensors)
	if err != nil {
		t.Fatal(err)
	}
	z := table.Item(session.Paste.Image)
	before, err := g.Image(z)
	if err != nil {
		t.Fatal(err)
	}
	after, err := edited.Image(z)
	if err != nil {
		t.Fatal(err)
	}
	for judge, happy := range judges {
		was, err := judge.Float(before)
		if err != nil {
			t.Fatal(err)
		}
		is, err := judge.Float(after)
		if err != nil {
			t.Fatal(err)
		}
		if was.Data[happy] >= 0 || is.Data[happy] < was.Data[happy]+1 {
			t.Errorf("%v: the paste image had a logit of %.1f and has one of %.1f; it should not smile, and then more", judge.Metadata()["weights"], was.Data[happy], is.Data[happy])
		}
	}
	mouth, rest := changes(before, after)
	if !(mouth > 3*rest) {
		t.Errorf("the mean change is %.4f at the mouth and %.4f elsewhere", mouth, rest)
	}
}

// changes is the mean absolute difference of two faces where aligned mouths lie, and elsewhere.
func changes(a, b *compute.Tensor) (mouth, rest float64) {
	var n, m float64
	size := a.Dim(3)
	for i, v := range a.Data {
		y, x := float64(i/size%size)/float64(size), float64(i%size)/float64(size)
		d := math.Abs(float64(v) - float64(b.Data[i]))
		if x >= 0.3 && x < 0.7 && y >= 0.62 && y < 0.86 {
			mouth, n = mouth+d, n+1
		} else {
			rest, m = rest+d, m+1
		}
	}
	return mouth / n, rest / m
}
