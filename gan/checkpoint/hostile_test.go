package checkpoint_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"strings"
	"testing"

	"rewriting/compute"
	"rewriting/gan/checkpoint"
)

// archive makes a checkpoint around a pickle given as text of instructions.
func archive(t testing.TB, pickle string, method uint16, storages ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	add := func(name string, data []byte) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: "m/" + name, Method: method})
		if err == nil {
			_, err = w.Write(data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	add("data.pkl", []byte("\x80\x02"+pickle+"."))
	for i, s := range storages {
		add("data/"+string(rune('0'+i)), s)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func text(s string) string {
	return "X" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(s)))) + s
}

func integer(n int) string {
	return "\x8a\x08" + string(binary.LittleEndian.AppendUint64(nil, uint64(n)))
}

// tensor is a pickled one-dimensional view of storage 0.
func tensor(class string, count, offset, size, stride int) string {
	return "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + "ctorch\n" + class + "\n" + text("0") + text("cpu") +
		integer(count) + "tQ" + integer(offset) + integer(size) + "\x85" + integer(stride) + "\x85\x89)tR"
}

func entry(name, value string) string { return "}" + text(name) + value + "s" }

// What a file must not be able to do: run code, allocate more than it holds, or pass as something else.
func TestHostileFilesAreRefusedInOneLine(t *testing.T) {
	eight := make([]byte, 8)
	for _, c := range []struct {
		name, want string
		raw        []byte
	}{
		{"calls the system", `"posix.system"`, archive(t, "cposix\nsystem\n"+text("true")+"\x85R", zip.Store)},
		{"calls a builtin", `"__builtin__.eval"`, archive(t, "c__builtin__\neval\n"+text("1")+"\x85R", zip.Store)},
		{"names a torch function", `"torch.load"`, archive(t, "ctorch\nload\n", zip.Store)},
		{"unknown instruction", "instruction 0x93", archive(t, "\x93", zip.Store)},
		{"newer protocol", "protocol 4", archive(t, "\x80\x04N", zip.Store)},
		{"calls a value", "calls string", archive(t, text("x")+")R", zip.Store)},
		{"calls a storage class", "not a function", archive(t, "ctorch\nFloatStorage\n)R", zip.Store)},
		{"attributes of a tensor", "attributes of", archive(t, tensor("FloatStorage", 2, 0, 2, 1)+"}b", zip.Store, eight)},
		{"compressed entries", "compressed", archive(t, "N", zip.Deflate)},
		{"text longer than the file", "middle of an instruction", archive(t, "X\xff\xff\xff\xff", zip.Store)},
		{"text within the limit but missing", "middle of an instruction", archive(t, "X\xff\xff\x00\x00", zip.Store)},
		{"empty stack", "empty stack", archive(t, "R", zip.Store)},
		{"group never opened", "never opened", archive(t, "t", zip.Store)},
		{"recalls nothing", "never stored", archive(t, "h\x07", zip.Store)},
		{"two values", "exactly one", archive(t, "NN", zip.Store)},
		{"list as key", "dictionary key", archive(t, "}]Ns", zip.Store)},
		{"storage larger than the file", "claims", archive(t, tensor("FloatStorage", 1<<40, 0, 1, 1), zip.Store, eight)},
		{"negative storage", "claims", archive(t, tensor("FloatStorage", -1, 0, 1, 1), zip.Store, eight)},
		{"storage shorter than claimed", "has 8 bytes", archive(t, tensor("FloatStorage", 3, 0, 3, 1), zip.Store, eight)},
		{"storage not there", "missing from the archive", archive(t, tensor("FloatStorage", 2, 0, 2, 1), zip.Store)},
		{"complex numbers", "ComplexFloatStorage", archive(t, tensor("ComplexFloatStorage", 1, 0, 1, 1), zip.Store, eight)},
		{"tensor beyond the end", "beyond its storage", archive(t, tensor("FloatStorage", 2, 1, 2, 1), zip.Store, eight)},
		{"stride beyond the end", "beyond its storage", archive(t, tensor("FloatStorage", 2, 0, 2, 2), zip.Store, eight)},
		{"product overflows", "beyond its storage", archive(t, tensor("FloatStorage", 2, 0, math.MaxInt64, math.MaxInt64), zip.Store, eight)},
		{"repeats its elements", "more elements", archive(t, tensor("FloatStorage", 2, 0, 1<<40, 0), zip.Store, eight)},
		{"negative stride", "negative", archive(t, tensor("FloatStorage", 2, 1, 2, -1), zip.Store, eight)},
		{"negative offset", "begins at element -1", archive(t, tensor("FloatStorage", 2, -1, 2, 1), zip.Store, eight)},
		{"not a checkpoint", "neither", []byte("GIF89a, or so it says")},
		{"empty", "too short", nil},
		{"foreign pickle", "not one that PyTorch's save wrote", []byte("\x80\x02N.")},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := checkpoint.ReadFrom(bytes.NewReader(c.raw), int64(len(c.raw)))
			if err == nil {
				t.Fatal("accepted")
			}
			if s := err.Error(); !strings.Contains(s, c.want) || strings.Contains(s, "\n") {
				t.Errorf("error %q does not say %q in one line", s, c.want)
			}
		})
	}
}

// Whatever part of a file is lost, the reader says so: either when opening or when fetching the elements.
func TestTruncatedFilesAreErrors(t *testing.T) {
	for _, path := range []string{"testdata/zip.pt", "testdata/legacy.pt"} {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for n := range raw {
			if f, err := checkpoint.ReadFrom(bytes.NewReader(raw[:n]), int64(n)); err == nil {
				t.Fatalf("%s cut to %d of %d bytes was read: %v", path, n, len(raw), f.Root)
			}
		}
	}
}

func TestChangedElementsFailTheChecksum(t *testing.T) {
	raw := write(t, sample())
	raw[bytes.Index(raw, []byte{0, 0, 128, 63})] ^= 1
	f, err := checkpoint.ReadFrom(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	s, err := f.State("g_ema")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Take("matrix", 2, 3); err == nil || !strings.Contains(err.Error(), `"matrix"`) {
		t.Errorf("a flipped bit gave error %v", err)
	}
}

func TestStrictLoadingNamesTheTensor(t *testing.T) {
	d := checkpoint.NewDict()
	d.Set("good", compute.New(2, 3))
	d.Set("bad", compute.From([]float32{0, float32(math.NaN())}, 2))
	d.Set("spare", compute.New(1))
	raw := write(t, d)
	f, err := checkpoint.ReadFrom(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	s, err := f.State()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, want string
		shape      []int
	}{
		{"absent", `tensor "absent" is missing`, []int{1}},
		{"good", `tensor "good" has shape [2 3], expected [3 *]`, []int{3, -1}},
		{"bad", `tensor "bad" holds NaN at element 1`, []int{2}},
	} {
		if _, err := s.Take(c.name, c.shape...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
	if _, err := s.Take("good", 2, -1); err != nil {
		t.Error(err)
	}
	s.Ignore("bad", "never there")
	if err := s.Finish(); err == nil || !strings.Contains(err.Error(), `unexpected tensor "spare"`) {
		t.Errorf("finishing gave %v", err)
	}
	if _, err := f.State("g_ema"); err == nil || !strings.Contains(err.Error(), `no entry "g_ema"`) {
		t.Errorf("looking for a missing entry gave %v", err)
	}
}

// A tensor may occur under many names at the cost of a few bytes each; fetching them all must not fill the memory.
func TestTensorsTogetherAreBounded(t *testing.T) {
	pickle := entry("0", tensor("FloatStorage", 1000, 0, 1000, 1)+"q\x00")
	for i := range 100 {
		pickle += text("more"+string(rune('A'+i))) + "h\x00s"
	}
	raw := archive(t, pickle, zip.Store, make([]byte, 4000))
	f, err := checkpoint.ReadFrom(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	s, err := f.State()
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range s.Names() {
		if _, err = s.Take(n, 1000); err != nil {
			break
		}
	}
	if err == nil || !strings.Contains(err.Error(), "many times larger") {
		t.Errorf("fetching 101 views of one storage gave %v", err)
	}
}

func FuzzReadFrom(f *testing.F) {
	for _, path := range []string{"testdata/zip.pt", "testdata/legacy.pt"} {
		raw, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add(archive(f, entry("x", tensor("HalfStorage", 4, 1, 3, 1)), zip.Store, make([]byte, 8)))
	f.Fuzz(func(t *testing.T, raw []byte) {
		file, err := checkpoint.ReadFrom(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			return
		}
		for _, path := range [][]string{nil, {"g_ema"}} {
			s, err := file.State(path...)
			if err != nil {
				continue
			}
			for _, n := range s.Names() {
				if v, err := s.Take(n, s.Shape(n)...); err == nil && v.Len() > 4*len(raw) {
					t.Errorf("tensor %q has %d elements in a file of %d bytes", n, v.Len(), len(raw))
				}
			}
		}
	})
}
