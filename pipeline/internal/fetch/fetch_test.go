package fetch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// content is what the server has: 100,000 bytes without a period.
var content = func() []byte {
	b := make([]byte, 100_000)
	x := uint32(1)
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = byte(x >> 24)
	}
	return b
}()

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// behaviour serves content with a fault; n counts requests from 1.
type behaviour func(w http.ResponseWriter, r *http.Request, n int)

func honest(w http.ResponseWriter, r *http.Request, _ int) { serve(w, r, content) }

func serve(w http.ResponseWriter, r *http.Request, b []byte) {
	w.Header().Set("ETag", `"`+sum(b)[:12]+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b))
}

// cut closes the connection after so many bytes of the honest answer.
type cut struct {
	http.ResponseWriter
	left int
}

func (c *cut) Write(b []byte) (int, error) {
	if len(b) > c.left {
		_, _ = c.ResponseWriter.Write(b[:c.left])
		panic(http.ErrAbortHandler)
	}
	c.left -= len(b)
	return c.ResponseWriter.Write(b)
}

// fixture is a list of one file of a server.
type fixture struct {
	*Sources
	requests atomic.Int32
	ranges   []string // the Range of every request
	options  Options
}

func serving(t *testing.T, name, entry string, b behaviour) *fixture {
	t.Helper()
	f := &fixture{options: Options{Stall: 200 * time.Millisecond, Pause: time.Millisecond, Attempts: 3}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.ranges = append(f.ranges, r.Header.Get("Range"))
		b(w, r, int(f.requests.Add(1)))
	}))
	t.Cleanup(server.Close)
	f.Sources = listed(t, fmt.Sprintf("[[file]]\nname = %q\nurl = [%q]\n%s\n", name, server.URL+"/x", entry))
	return f
}

func listed(t *testing.T, text string) *Sources {
	t.Helper()
	path := filepath.Join(t.TempDir(), SourcesFile)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := ReadSources(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (f *fixture) fetch(t *testing.T, name string) error {
	t.Helper()
	_, err := f.Fetch(t.Context(), []string{name}, f.options)
	if err == nil {
		got, err := os.ReadFile(f.Place(name))
		if err != nil || !bytes.Equal(got, content) {
			t.Fatalf("%d bytes, %v: not the file of the server", len(got), err)
		}
		if left, _ := filepath.Glob(f.Place(name) + ".part*"); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
	return err
}

func TestAFileArrivesWholeFromAServer(t *testing.T) {
	part := func(w http.ResponseWriter, r *http.Request, n, bytes int) {
		if n == 1 {
			honest(&cut{w, bytes}, r, n)
		}
		honest(w, r, n)
	}
	for name, c := range map[string]struct {
		requests int
		b        behaviour
	}{
		"that is honest":          {1, honest},
		"that breaks off":         {2, func(w http.ResponseWriter, r *http.Request, n int) { part(w, r, n, 60_000) }},
		"that breaks off at once": {2, func(w http.ResponseWriter, r *http.Request, n int) { part(w, r, n, 0) }},
		"that always breaks off":  {4, func(w http.ResponseWriter, r *http.Request, n int) { honest(&cut{w, 33_000}, r, n) }},
		"that is down for a while": {3, func(w http.ResponseWriter, r *http.Request, n int) {
			if n < 3 {
				http.Error(w, "busy", http.StatusServiceUnavailable)
				return
			}
			honest(w, r, n)
		}},
		"that stalls": {2, func(w http.ResponseWriter, r *http.Request, n int) {
			if n == 1 {
				w.Header().Set("ETag", `"`+sum(content)[:12]+`"`)
				w.Header().Set("Content-Length", strconv.Itoa(len(content)))
				_, _ = w.Write(content[:5000])
				w.(http.Flusher).Flush()
				<-r.Context().Done()
				return
			}
			honest(w, r, n)
		}},
		"that redirects": {2, func(w http.ResponseWriter, r *http.Request, n int) {
			if n == 1 {
				http.Redirect(w, r, "/elsewhere", http.StatusFound)
				return
			}
			honest(w, r, n)
		}},
		"that has no ranges": {2, func(w http.ResponseWriter, r *http.Request, n int) {
			r.Header.Del("Range")
			part(w, r, n, 10_000)
		}},
		"that changes the file meanwhile": {2, func(w http.ResponseWriter, r *http.Request, n int) {
			if n == 1 {
				serve(&cut{w, 60_000}, r, bytes.ToUpper(content))
			}
			honest(w, r, n)
		}},
		"that announces more than it has": {2, func(w http.ResponseWriter, r *http.Request, n int) {
			if n == 1 {
				w.Header().Set("Content-Length", strconv.Itoa(2*len(content)))
				_, _ = w.Write(content)
				panic(http.ErrAbortHandler)
			}
			honest(w, r, n)
		}},
		"that answers with another range": {4, func(w http.ResponseWriter, r *http.Request, n int) {
			if n == 2 {
				w.Header().Set("Content-Range", fmt.Sprintf("bytes 10-%d/%d", len(content)-1, len(content)))
				w.WriteHeader(http.StatusPartialContent)
				return
			}
			if n == 1 {
				honest(&cut{w, 60_000}, r, n)
			}
			if n == 3 {
				http.Error(w, "busy", http.StatusServiceUnavailable)
				return
			}
			honest(w, r, n)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			f := serving(t, "files/a.bin", fmt.Sprintf("sha256 = %q", sum(content)), c.b)
			if err := f.fetch(t, "files/a.bin"); err != nil {
				t.Fatal(err)
			}
			if n := int(f.requests.Load()); n != c.requests {
				t.Errorf("%d requests, want %d: %v", n, c.requests, f.ranges)
			}
		})
	}
}

func TestABrokenDownloadContinuesInTheNextRun(t *testing.T) {
	f := serving(t, "a.bin", "", func(w http.ResponseWriter, r *http.Request, n int) {
		if n == 1 {
			honest(&cut{w, 70_000}, r, n)
		}
		if n <= 4 {
			http.Error(w, "gone for today", http.StatusServiceUnavailable)
			return
		}
		honest(w, r, n)
	})
	err := f.fetch(t, "a.bin")
	if err == nil || !strings.Contains(err.Error(), "3 attempts in a row") || !strings.Contains(err.Error(), "bytes are kept") {
		t.Fatalf("%v", err)
	}
	if err := f.fetch(t, "a.bin"); err != nil {
		t.Fatal(err)
	}
	if last := f.ranges[len(f.ranges)-1]; !strings.HasPrefix(last, "bytes=") || last == "bytes=0-" {
		t.Errorf("the last request has the range %q", last)
	}
}

func TestAWrongHashStopsEverything(t *testing.T) {
	wrong := strings.Repeat("0", 64)
	for name, c := range map[string]struct{ file, entry, want string }{
		"in the list": {"a.bin", fmt.Sprintf("sha256 = %q", wrong), "sources.toml says 0000"},
		"in its name": {"weights-01234567.pt", "", "its name says 01234567"},
	} {
		t.Run(name, func(t *testing.T) {
			f := serving(t, c.file, c.entry, honest)
			err := f.fetch(t, c.file)
			var h *HashError
			if !errors.As(err, &h) || h.Got != sum(content) || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("%v", err)
			}
			left, _ := filepath.Glob(f.Place(c.file) + "*")
			if len(left) > 0 {
				t.Errorf("kept: %v", left)
			}
		})
	}
	t.Run("of the first download", func(t *testing.T) {
		body := content
		f := serving(t, "a.bin", "", func(w http.ResponseWriter, r *http.Request, _ int) { serve(w, r, body) })
		if err := f.fetch(t, "a.bin"); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(f.Place("a.bin")); err != nil {
			t.Fatal(err)
		}
		body = bytes.ToUpper(content)
		if err := f.fetch(t, "a.bin"); err == nil || !strings.Contains(err.Error(), "sources.lock.toml says "+sum(content)) {
			t.Fatalf("%v", err)
		}
	})
	t.Run("on disk", func(t *testing.T) {
		f := serving(t, "a.bin", "", honest)
		if err := f.fetch(t, "a.bin"); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(f.Place("a.bin"), content[1:], 0o644); err != nil {
			t.Fatal(err)
		}
		if err := f.fetch(t, "a.bin"); err == nil || !strings.Contains(err.Error(), "remove ") {
			t.Fatalf("%v", err)
		}
	})
	t.Run("by the digits of its name", func(t *testing.T) {
		name := "weights-" + sum(content)[:8] + ".pt"
		if err := serving(t, name, "", honest).fetch(t, name); err != nil {
			t.Error(err)
		}
		if err := serving(t, "weights-01234567.pt", "plain = true", honest).fetch(t, "weights-01234567.pt"); err != nil {
			t.Error(err)
		}
	})
}

func TestAServerThatCannotHelpIsToldInOneLine(t *testing.T) {
	for name, c := range map[string]struct {
		entry, want string
		requests    int
		b           behaviour
	}{
		"not there": {"", "404 Not Found", 1, func(w http.ResponseWriter, r *http.Request, _ int) { http.NotFound(w, r) }},
		"a web page": {"", "a web page instead of the file", 1, func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, "<html>log in</html>")
		}},
		"another length": {"bytes = 5", "announces 100000 bytes, expected 5", 1, honest},
		"no length, no hash": {"", "does not say how long", 1, func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.(http.Flusher).Flush()
			_, _ = w.Write(content)
		}},
		"endless": {"bytes = 1000\nsha256 = \"" + strings.Repeat("0", 64) + "\"", "sends more than 1000 bytes", 1, func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.(http.Flusher).Flush()
			_, _ = w.Write(content)
		}},
		"always short": {"", "attempts in a row", 3, func(w http.ResponseWriter, r *http.Request, _ int) {
			r.Header.Del("Range")
			w.Header().Set("Content-Length", "200000")
			panic(http.ErrAbortHandler)
		}},
		"a circle": {"", "more than 10 redirects", 30, func(w http.ResponseWriter, r *http.Request, _ int) { http.Redirect(w, r, "/x", http.StatusFound) }},
	} {
		t.Run(name, func(t *testing.T) {
			f := serving(t, "a.bin", c.entry, c.b)
			err := f.fetch(t, "a.bin")
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%v, want %q", err, c.want)
			}
			if n := int(f.requests.Load()); n != c.requests {
				t.Errorf("%d requests, want %d", n, c.requests)
			}
			if _, err := os.Stat(f.Place("a.bin")); err == nil {
				t.Error("a file was left")
			}
		})
	}
}

func TestTheNextAddressIsTriedWhenOneIsGone(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/second" {
			http.NotFound(w, r)
			return
		}
		honest(w, r, 1)
	}))
	defer server.Close()
	f := &fixture{Sources: listed(t, fmt.Sprintf("[[file]]\nname = \"a.bin\"\nurl = [%q, %q]\n", server.URL+"/first", server.URL+"/second"))}
	if err := f.fetch(t, "a.bin"); err != nil {
		t.Error(err)
	}
}

func TestCancellationStopsAndKeepsWhatCame(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f := serving(t, "a.bin", "", func(w http.ResponseWriter, r *http.Request, _ int) {
		w.Header().Set("ETag", `"x"`)
		w.Header().Set("Content-Length", strconv.Itoa(len(content)))
		_, _ = w.Write(content[:50_000])
		w.(http.Flusher).Flush()
		cancel()
		<-r.Context().Done()
	})
	_, err := f.Fetch(ctx, []string{"a.bin"}, Options{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestWhatIsMadeBringsItsPartsAndTheCommand(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { honest(w, r, 1) }))
	defer server.Close()
	s := listed(t, fmt.Sprintf("[[file]]\nname = \"w.pth\"\nurl = [%q]\n[[file]]\nname = \"net.onnx\"\nfrom = [\"w.pth\"]\nmake = \"export w.pth\"\n", server.URL))
	for range 2 {
		r, err := s.Fetch(t.Context(), []string{"net.onnx"}, Options{})
		if err != nil || len(r.Downloaded)+len(r.Present) != 1 || len(r.ToMake) != 1 || r.ToMake[0].Make != "export w.pth" {
			t.Fatalf("%+v, %v", r, err)
		}
	}
	if err := os.WriteFile(s.Place("net.onnx"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if r, err := s.Fetch(t.Context(), []string{"net.onnx"}, Options{}); err != nil || len(r.ToMake) != 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestAMissingFileIsToldWithTheWayToHaveIt(t *testing.T) {
	s := listed(t, `[[file]]
name = "w.pth"
url = ["http://localhost/w"]
[[file]]
name = "net.onnx"
from = ["w.pth"]
make = "export {w.pth}"
[[file]]
name = "../networks/g.onnx"
make = "python make.py --out networks"
`)
	config := filepath.Join(filepath.Dir(s.path), "c.toml")
	for path, want := range map[string]string{
		"w.pth":              "run `pipeline fetch " + config + "`",
		"./net.onnx":         "`pipeline fetch " + config + "` brings its parts and names the command that makes it",
		"../networks/g.onnx": "it is made by `python make.py --out networks`",
		"other":              "",
	} {
		if got := Hint(config, path); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	r, err := s.Fetch(t.Context(), []string{"../networks/g.onnx"}, Options{})
	if err != nil || len(r.ToMake) != 1 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestMistakesInTheListAreNamed(t *testing.T) {
	for text, want := range map[string]string{
		"[[file]]\nname = \"../a\"\nurl = [\"http://x\"]":                                            "path below the TOML file",
		"[[file]]\nname = \"a\"":                                                                     "either url, or make: the command",
		"[[file]]\nname = \"a\"\nurl = [\"ftp://x\"]":                                                "must begin with http",
		"[[file]]\nname = \"a\"\nurl = [\"http://x\"]\nsha256 = \"ab\"":                              "64 lower-case",
		"[[file]]\nname = \"a\"\nurl = [\"http://x\"]\nsize = 3":                                     "no such key",
		"[[file]]\nname = \"a\"\nurl = [\"http://x\"]\n[[file]]\nname = \"a\"\nurl = [\"http://y\"]": "stands twice",
		"[[file]]\nname = \"a\"\nmake = \"x\"\nfrom = [\"b\"]":                                       "no file of the list",
	} {
		path := filepath.Join(t.TempDir(), SourcesFile)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadSources(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n%v, want %q", text, err, want)
		}
	}
}
