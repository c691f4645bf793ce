package stage

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

func newStore(t testing.TB) *Store { return &Store{Dir: t.TempDir(), FS: Disk{}} }

func TestWhatIsPublishedReadsBack(t *testing.T) {
	s := newStore(t)
	rapid.Check(t, func(t *rapid.T) {
		payload := rapid.SliceOf(rapid.Byte()).Draw(t, "payload")
		key := rapid.String().Draw(t, "key")
		if err := s.Publish("a/b.bin", key, payload); err != nil {
			t.Fatal(err)
		}
		// encoding/json writes invalid UTF-8 as U+FFFD, so only keys that are text can be asked for again.
		got, err := s.Read("a/b.bin", strings.ToValidUTF8(key, "\ufffd"))
		if err != nil || !bytes.Equal(got, payload) {
			t.Fatalf("read %q, %v", got, err)
		}
	})
}

func TestReadTellsAbsentStaleAndDamagedApart(t *testing.T) {
	s := newStore(t)
	if _, err := s.Read("f", "k"); !errors.Is(err, ErrAbsent) {
		t.Errorf("no file: %v", err)
	}
	if err := s.Publish("f", "k", []byte("payload")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Read("f", "other"); !errors.Is(err, ErrStale) {
		t.Errorf("other key: %v", err)
	}
	if err := os.WriteFile(filepath.Join(s.Dir, "f"), []byte("payload"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Read("f", "k"); !errors.Is(err, ErrDamaged) {
		t.Errorf("no last line: %v", err)
	}
}

func TestP03NoChangeOfOneBitAndNoTruncationIsAccepted(t *testing.T) {
	s := newStore(t)
	if err := s.Publish("f", "key", []byte("seed,change\n0,1.5\n")); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(s.Dir, "f")
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	refuse := func(what string, b []byte) {
		if err := os.WriteFile(name, b, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Read("f", "key"); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for i := range whole {
		for bit := range 8 {
			b := bytes.Clone(whole)
			b[i] ^= 1 << bit
			refuse("one bit flipped", b)
		}
		refuse("truncated", whole[:i])
	}
	refuse("longer", append(bytes.Clone(whole), '\n'))
}

func TestP02AReaderSeesWholeFilesOnly(t *testing.T) {
	s := newStore(t)
	payloads := [][]byte{bytes.Repeat([]byte("a"), 1<<16), bytes.Repeat([]byte("b"), 1<<18)}
	if err := s.Publish("f", "k", payloads[0]); err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	var writer sync.WaitGroup
	writer.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			if err := s.Publish("f", "k", payloads[i%2]); err != nil {
				t.Error(err)
				return
			}
		}
	})
	for range 200 {
		got, err := s.Read("f", "k")
		if err != nil {
			t.Error(err)
			break
		}
		if !bytes.Equal(got, payloads[0]) && !bytes.Equal(got, payloads[1]) {
			t.Error("a mixture of two files was read")
			break
		}
	}
	close(stop)
	writer.Wait()
}

// tornDisk fails operation n, once.
type tornDisk struct {
	Disk
	n *int
}

var errTorn = errors.New("torn")

func (d tornDisk) hit() bool { *d.n--; return *d.n == -1 }
func (d tornDisk) MkdirAll(dir string) error {
	if d.hit() {
		return errTorn
	}
	return d.Disk.MkdirAll(dir)
}
func (d tornDisk) CreateTemp(dir, pattern string) (File, error) {
	if d.hit() {
		return nil, errTorn
	}
	f, err := d.Disk.CreateTemp(dir, pattern)
	return tornFile{f, d}, err
}
func (d tornDisk) Rename(from, to string) error {
	if d.hit() {
		return errTorn
	}
	return d.Disk.Rename(from, to)
}
func (d tornDisk) SyncDir(dir string) error {
	if d.hit() {
		return errTorn
	}
	return d.Disk.SyncDir(dir)
}

type tornFile struct {
	File
	d tornDisk
}

func (f tornFile) Write(b []byte) (int, error) {
	if f.d.hit() {
		n, _ := f.File.Write(b[:len(b)/2])
		return n, errTorn
	}
	return f.File.Write(b)
}
func (f tornFile) Sync() error {
	if f.d.hit() {
		return errTorn
	}
	return f.File.Sync()
}
func (f tornFile) Close() error {
	if f.d.hit() {
		f.File.Close()
		return errTorn
	}
	return f.File.Close()
}

func TestP01AFailedPublishLeavesTheOldFileAndNoRubbish(t *testing.T) {
	for n := 0; ; n++ {
		s := newStore(t)
		if err := s.Publish("f", "old", []byte("old")); err != nil {
			t.Fatal(err)
		}
		left := n
		s.FS = tornDisk{n: &left}
		err := s.Publish("f", "new", []byte("new"))
		if err == nil {
			if n < 8 {
				t.Errorf("a publish has only %d operations", n)
			}
			return
		}
		if !errors.Is(err, errTorn) {
			t.Errorf("operation %d: %v", n, err)
		}
		payload, _, err := s.ReadAny("f")
		if err != nil || string(payload) != "old" && string(payload) != "new" {
			t.Errorf("operation %d left %q, %v", n, payload, err)
		}
		entries, err := os.ReadDir(s.Dir)
		if err != nil {
			t.Fatal(err)
		}
		if len(entries) != 1 {
			t.Errorf("operation %d left %d files", n, len(entries))
		}
	}
}

func TestSweepRemovesUnfinishedFilesOnly(t *testing.T) {
	s := newStore(t)
	if err := s.Publish("a/f", "k", nil); err != nil {
		t.Fatal(err)
	}
	left := filepath.Join(s.Dir, "a", ".publishing-123")
	if err := os.WriteFile(left, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	Sweep(s.Dir)
	if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the unfinished file is still there: %v", err)
	}
	if _, err := s.Read("a/f", "k"); err != nil {
		t.Error(err)
	}
}

func FuzzReadingAFileNeverPanics(f *testing.F) {
	f.Add([]byte("x\n# {\"rewriting\":1,\"key\":\"k\",\"size\":1,\"sha256\":\"\"}\n"))
	f.Fuzz(func(t *testing.T, raw []byte) { open(raw) })
}
