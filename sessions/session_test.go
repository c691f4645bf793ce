package sessions_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rewriting/sessions"
)

func load(t *testing.T, path string) *sessions.Session {
	t.Helper()
	s, err := sessions.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestASavedSessionReadsBackTheSameWithItsUnknownFields(t *testing.T) {
	s := load(t, "testdata/strokes.json")
	var first bytes.Buffer
	if err := s.Write(&first); err != nil {
		t.Fatal(err)
	}
	again, err := sessions.Read(bytes.NewReader(first.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	var second bytes.Buffer
	if err := again.Write(&second); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(first.String(), second.String()); d != "" {
		t.Error(d)
	}
	if string(again.Extra["layer"]) != "8" || !strings.Contains(string(again.Extra["note"]), "hand") {
		t.Errorf("unknown fields became %s", again.Extra)
	}
	if again.Object.Image != 3 || again.Paste.Mask.URL() != s.Paste.Mask.URL() || len(again.Key) != 3 {
		t.Error("known fields changed")
	}
}

func TestAnEmptyMaskTextIsAnAbsentMask(t *testing.T) {
	s := load(t, "testdata/strokes.json")
	if s.Key[2].Image != 2 || s.Key[2].Mask != nil {
		t.Errorf("key 2 is %+v", s.Key[2])
	}
}

func TestWithoutKeysThePasteIsTheContext(t *testing.T) {
	s := load(t, "testdata/strokes.json")
	if got := s.Context(); len(got) != 3 || got[1].Image != 7 {
		t.Errorf("context %v", got)
	}
	s.Key = nil
	if got := s.Context(); len(got) != 1 || got[0].Image != 5 {
		t.Errorf("context %v", got)
	}
	if (&sessions.Session{}).Context() != nil {
		t.Error("an empty session has a context")
	}
}

func TestAnEmptySessionIsAnEmptyObject(t *testing.T) {
	var b bytes.Buffer
	if err := (&sessions.Session{}).Write(&b); err != nil {
		t.Fatal(err)
	}
	if s, err := sessions.Read(&b); err != nil || s.Object != nil || s.Extra != nil {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestReadErrorsSayWhichFieldWhichRegionAndWhatIsWrong(t *testing.T) {
	good := load(t, "testdata/strokes.json").Object.Mask.URL()
	file, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(good, "data:image/png;base64,"))
	url := func(b []byte) string { return "data:image/png;base64," + base64.StdEncoding.EncodeToString(b) }
	oversized := bytes.Clone(file)
	copy(oversized[16:], []byte{0, 1, 0, 0}) // width 65536; the header's checksum is redone below
	fixHeader(oversized)
	damaged := bytes.Clone(file)
	damaged[60] ^= 0xff
	for _, c := range []struct{ name, text, want string }{
		{"no JSON", `hello`, "not JSON"},
		{"a list", `[]`, "one JSON object"},
		{"cut off", `{"object": [1, "`, "ends too early"},
		{"cut off between fields", `{"a": 1`, "ends too early"},
		{"two objects", `{} {}`, "after the end"},
		{"field twice", `{"key": [], "key": []}`, "key: the field is given twice"},
		{"object is a number", `{"object": 5}`, "object: must be [image, mask]"},
		{"pair of three", `{"paste": [1, "", 2]}`, "paste: must be [image, mask]"},
		{"key is no list", `{"key": {}}`, "key: must be a list"},
		{"null key", `{"key": [[1, ""], null]}`, "key: entry 1: must be [image, mask]"},
		{"fractional image", `{"key": [[1.5, ""]]}`, "key: entry 0: image must be a row number (0, 1, 2, ...), is 1.5"},
		{"negative image", `{"object": [-1, ""]}`, "is -1"},
		{"null image", `{"object": [null, ""]}`, "is null"},
		{"image as text", `{"object": ["7", ""]}`, `is "7"`},
		{"mask is a number", `{"object": [7, 3]}`, "object: image 7: mask must be text"},
		{"no data URL", `{"object": [7, "http://x"]}`, `not a data URL (data:image/png;base64,...), starts with "http://x"`},
		{"bad base64", `{"object": [7, "data:image/png;base64,!!!!"]}`, "image 7: mask is not valid base64"},
		{"no PNG", fmt.Sprintf(`{"object": [7, %q]}`, url([]byte("GIF89a everything else but a PNG"))), "image 7: mask is not a PNG"},
		{"truncated PNG", fmt.Sprintf(`{"key": [[7, %q]]}`, url(file[:len(file)-30])), "key: entry 0: image 7: mask's PNG is truncated"},
		{"truncated header", fmt.Sprintf(`{"key": [[7, %q]]}`, url(file[:20])), "truncated"},
		{"damaged PNG", fmt.Sprintf(`{"key": [[7, %q]]}`, url(damaged)), "damaged"},
		{"oversized", fmt.Sprintf(`{"key": [[7, %q]]}`, url(oversized)), "oversized: 65536x24"},
	} {
		_, err := sessions.Read(strings.NewReader(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want it to say %q", c.name, err, c.want)
		}
	}
	if _, err := sessions.Load("testdata/none.json"); err == nil || !strings.Contains(err.Error(), "none.json") {
		t.Errorf("missing file: %v", err)
	}
}

func TestReadRefusesAFileThatIsTooLarge(t *testing.T) {
	if _, err := sessions.Read(endless{}); err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("%v", err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func FuzzReadNeverPanicsAndRoundTrips(f *testing.F) {
	text, err := os.ReadFile("testdata/strokes.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"object":[1,""],"key":[],"x":{"y":"<&>"}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := sessions.Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := s.Write(&b); err != nil {
			t.Fatal(err)
		}
		again, err := sessions.Read(&b)
		if err != nil || len(again.Key) != len(s.Key) || len(again.Extra) != len(s.Extra) {
			t.Fatalf("saved and read again: %+v, %v", again, err)
		}
	})
}

func FuzzParseMaskNeverPanics(f *testing.F) {
	f.Add(sessions.NewMask([]bool{true, false, true, true}, 2, 2).URL())
	f.Add("data:image/png;base64,AAAA")
	f.Fuzz(func(t *testing.T, url string) {
		if m, err := sessions.ParseMask(url); err == nil {
			m.Area(5, 3).Box()
		}
	})
}
