package main

import (
	"bytes"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"rewriting/sessions"
)

// rows runs -select and returns what it lists.
func rows(t *testing.T, switches string) []string {
	t.Helper()
	var out bytes.Buffer
	if err := run([]string{"-select", switches, "-limit", "3"}, &out); err != nil {
		t.Fatal(err)
	}
	return strings.Fields(out.String())
}

func TestASessionIsMadeFromSelectedRows(t *testing.T) {
	smiling, frowning := rows(t, "smile"), rows(t, "!smile")
	if len(smiling) != 3 || len(frowning) != 3 {
		t.Fatalf("selected %v and %v", smiling, frowning)
	}
	path := filepath.Join(t.TempDir(), "new", "smile.json")
	err := run([]string{"-object", smiling[0], "-paste", frowning[0], "-keys", strings.Join(frowning, ","), "-scale", "4", "-out", path}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := sessions.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if w, h := s.Object.Mask.Size(); w != 256 || h != 256 {
		t.Errorf("masks of %dx%d", w, h)
	}
	if len(s.Key) != 3 || strconv.Itoa(s.Object.Image) != smiling[0] || s.Paste.Image != s.Key[0].Image {
		t.Errorf("object %d, paste %d, %d keys", s.Object.Image, s.Paste.Image, len(s.Key))
	}
	// a mouth lies in the middle of a face and is wider than high
	b := s.Object.Mask.Area(64, 64).Box()
	if y, x := s.Object.Mask.Area(64, 64).Centre(); y < 36 || y > 56 || x < 22 || x > 42 || b.Width() <= b.Height() {
		t.Errorf("the mouth is at %d,%d with box %v", y, x, b)
	}
}

func TestMistakesAreExplained(t *testing.T) {
	for want, args := range map[string][]string{
		"no world named":       {"-world", "moons", "-object", "1"},
		"nothing to write":     {},
		"is not a row number":  {"-keys", "1,x"},
		"rows 0 to 999":        {"-object", "1000"},
		`label "nostril"`:      {"-object", "1", "-labels", "nostril"},
		"no pixel has a label": {"-object", "1", "-labels", "hat,earrings", "-keys", "2,3,4,5,6,7"},
	} {
		if err := run(args, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", args, err, want)
		}
	}
}
