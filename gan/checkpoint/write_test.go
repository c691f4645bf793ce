package checkpoint_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rewriting/compute"
	"rewriting/gan/checkpoint"
)

func sample() *checkpoint.Dict {
	state := checkpoint.NewDict()
	state.Set("matrix", compute.From([]float32{1, 2, 3, 4, 5, 6}, 2, 3))
	state.Set("scalar", compute.From([]float32{-0.5}))
	state.Set("empty", compute.New(0, 2))
	root := checkpoint.NewDict()
	root.Set("g_ema", state)
	root.Set("steps", 1<<40)
	root.Set("small", -3)
	root.Set("rate", 0.25)
	root.Set("flags", checkpoint.Tuple{true, false, nil, "text"})
	root.Set("list", &checkpoint.List{Items: []any{int64(1)}})
	return root
}

func write(t *testing.T, object any) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := checkpoint.Write(&b, object); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWrittenFilesReadBack(t *testing.T) {
	raw := write(t, sample())
	f, err := checkpoint.ReadFrom(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	s, err := f.State("g_ema")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"matrix", "scalar", "empty"}, s.Names()); diff != "" {
		t.Errorf("order of names (-want +got):\n%s", diff)
	}
	m, err := s.Take("matrix", 2, 3)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]float32{1, 2, 3, 4, 5, 6}, m.Data); diff != "" {
		t.Errorf("matrix (-want +got):\n%s", diff)
	}
	root := f.Root.(*checkpoint.Dict)
	for key, want := range map[string]any{"steps": int64(1 << 40), "small": int64(-3), "rate": 0.25} {
		if got, _ := root.Get(key); got != want {
			t.Errorf("%s is %v, want %v", key, got, want)
		}
	}
	flags, _ := root.Get("flags")
	if diff := cmp.Diff(checkpoint.Tuple{true, false, nil, "text"}, flags); diff != "" {
		t.Errorf("flags (-want +got):\n%s", diff)
	}
}

// testdata/written.pt was loaded with PyTorch 2.5.1, torch.load(..., weights_only=True, mmap=True), and gave the values
// of sample. As the bytes depend on the object alone, equal bytes stay loadable.
func TestWrittenBytesAreThoseThatPyTorchAccepted(t *testing.T) {
	path := filepath.Join("testdata", "written.pt")
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := write(t, sample()); !bytes.Equal(got, want) {
		t.Errorf("the written file differs from %s; if that is intended, check that PyTorch loads the new one", path)
	}
}

func TestElementsAreAligned(t *testing.T) {
	raw := write(t, sample())
	at := bytes.Index(raw, []byte{0, 0, 128, 63, 0, 0, 0, 64}) // 1, 2
	if at%64 != 0 {
		t.Errorf("elements begin at byte %d, not a multiple of 64", at)
	}
}

func TestUnwritableValuesAreNamed(t *testing.T) {
	d := checkpoint.NewDict()
	d.Set("when", struct{}{})
	if err := checkpoint.Write(&bytes.Buffer{}, d); err == nil || !bytes.Contains([]byte(err.Error()), []byte(`entry when`)) {
		t.Errorf("error %v does not name the entry", err)
	}
}
