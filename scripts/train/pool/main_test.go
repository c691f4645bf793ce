package main

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"rewriting/worlds"
)

func pooled(t *testing.T, count, cores int) map[string][]byte {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
	dir := t.TempDir()
	if err := run("faces", "", count, 5, dir); err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, name := range []string{"z.f32", "image.u8", "label.u8", "attr.f32"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = b
	}
	return files
}

func TestThePoolIsTheSameOnAnyNumberOfCores(t *testing.T) {
	one, four := pooled(t, 600, 1), pooled(t, 600, 4)
	for name := range one {
		if !bytes.Equal(one[name], four[name]) {
			t.Errorf("%s differs", name)
		}
	}
}

func TestALargerPoolOnlyAppends(t *testing.T) {
	small, large := pooled(t, 300, 2), pooled(t, 600, 2)
	for name := range small {
		if !bytes.HasPrefix(large[name], small[name]) {
			t.Errorf("%s is not a prefix", name)
		}
	}
}

func TestImagesAndTargetsBelongToTheirLatents(t *testing.T) {
	const n, at = 300, 299
	files := pooled(t, n, 2)
	w, err := worlds.Open("faces")
	if err != nil {
		t.Fatal(err)
	}
	float := func(b []byte) float32 {
		return math.Float32frombits(uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24)
	}
	z := make([]float32, w.LatentDim())
	for i := range z {
		z[i] = float(files["z.f32"][4*(at*len(z)+i):])
	}
	p, attr := w.Render(z), w.Attribute(z)
	if len(files["image.u8"]) != n*len(p.RGB) || len(files["attr.f32"]) != 4*n*len(attr) {
		t.Fatalf("%d image and %d target bytes", len(files["image.u8"]), len(files["attr.f32"]))
	}
	for i, v := range p.RGB {
		if got := float64(files["image.u8"][at*len(p.RGB)+i]); math.Abs(got-(127.5*float64(v)+127.5)) > 0.5 {
			t.Fatalf("value %d is %v, want %v", i, got, 127.5*float64(v)+127.5)
		}
	}
	if !bytes.Equal(files["label.u8"][at*len(p.Label):], p.Label) {
		t.Error("labels differ")
	}
	for i, v := range attr {
		if got := float(files["attr.f32"][4*(at*len(attr)+i):]); got != v {
			t.Fatalf("target %d is %v, want %v", i, got, v)
		}
	}
}

func TestPicturesOfARuleAreCounterfactualsOfScenesThatDoNotObeyIt(t *testing.T) {
	dir := t.TempDir()
	const n = 20
	if err := run("faces", "smile", n, 5, dir); err != nil {
		t.Fatal(err)
	}
	w, err := worlds.Open("faces")
	if err != nil {
		t.Fatal(err)
	}
	zs, err := os.ReadFile(filepath.Join(dir, "z.f32"))
	if err != nil {
		t.Fatal(err)
	}
	labels, err := os.ReadFile(filepath.Join(dir, "label.u8"))
	if err != nil {
		t.Fatal(err)
	}
	z := make([]float32, w.LatentDim())
	for i := range n {
		if err := binary.Read(bytes.NewReader(zs[4*i*len(z):]), binary.LittleEndian, z); err != nil {
			t.Fatal(err)
		}
		p, err := w.Counterfactual(z, "smile")
		if err != nil {
			t.Fatal(err)
		}
		if obeys, _ := w.Obeys(z, "smile"); obeys || !bytes.Equal(labels[i*len(p.Label):(i+1)*len(p.Label)], p.Label) {
			t.Fatalf("picture %d: obeys before: %v, or other labels than the counterfactual's", i, obeys)
		}
	}
}

func TestMistakesOfTheUserAreErrors(t *testing.T) {
	for _, c := range []struct {
		world, rule string
		count       int
		out         string
		want        string
	}{{"cats", "", 1, t.TempDir(), "faces"}, {"faces", "", 0, t.TempDir(), "-count"}, {"faces", "", 1, "", "-out"}, {"faces", "fly", 1, t.TempDir(), "smile"}} {
		err := run(c.world, c.rule, c.count, 1, c.out)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("run(%q, %q, %d, %q): error %v does not mention %s", c.world, c.rule, c.count, c.out, err, c.want)
		}
	}
}
