package methods

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rewriting/compute"
)

func sampleEdit() *Edit {
	return &Edit{
		Tensors: map[string]*compute.Tensor{
			"b": compute.From([]float32{1, 2, 3, 4, 5, 6}, 1, 2, 3),
			"a": compute.From([]float32{-0.5}, 1),
		},
		Losses:    []float64{0.5, 0.25},
		Direction: compute.From([]float32{0.6, 0.8}, 1, 2),
		Pictures:  map[string]*compute.Tensor{"goal": compute.From([]float32{0.1, 0.2, 0.3}, 1, 3, 1, 1)},
		Notes:     map[string]string{"rank": "1", "layer": "8"},
		Warnings:  []string{"careful"},
		Seconds:   1.5,
	}
}

func TestAnEditSurvivesItsFile(t *testing.T) {
	for name, e := range map[string]*Edit{"full": sampleEdit(), "empty": {Tensors: map[string]*compute.Tensor{}}} {
		var b, again bytes.Buffer
		if err := e.Write(&b); err != nil {
			t.Fatal(err)
		}
		if err := e.Write(&again); err != nil || !bytes.Equal(b.Bytes(), again.Bytes()) {
			t.Errorf("%s: written twice, the bytes differ (%v)", name, err)
		}
		got, err := ReadEdit(&b)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(e, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestADamagedEditIsRefused(t *testing.T) {
	var b bytes.Buffer
	if err := sampleEdit().Write(&b); err != nil {
		t.Fatal(err)
	}
	whole := b.Bytes()
	for n := range len(whole) {
		if _, err := ReadEdit(bytes.NewReader(whole[:n])); err == nil {
			t.Errorf("the first %d of %d bytes were read as an edit", n, len(whole))
		}
	}
	for want, text := range map[string]string{
		"not an edit":      "rewriting edit 2\n    ",
		"bytes after":      string(whole) + "x",
		"impossible shape": strings.Replace(string(whole), `[1,2,3]`, `[-1,23]`[:7], 1),
		"there twice":      strings.Replace(string(whole), `"name":"b"`, `"name":"a"`, 1),
	} {
		if _, err := ReadEdit(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func FuzzReadEditNeverPanics(f *testing.F) {
	var b bytes.Buffer
	if err := sampleEdit().Write(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, text []byte) {
		e, err := ReadEdit(bytes.NewReader(text))
		if err != nil {
			return
		}
		if err := e.Write(&bytes.Buffer{}); err != nil {
			t.Fatal(err)
		}
	})
}
