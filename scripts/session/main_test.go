package main

import (
	"bytes"
	"path/filepath"
	"slices"
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

// A survey of two sessions on a few images prints both and their mean, measured by the metrics of the tables.
func TestASurveyMeasuresWithTheMetricsOfTheTables(t *testing.T) {
	var out bytes.Buffer
	err := run([]string{"-survey", "2", "-methods", "zero", "-layers", "5", "-units", "2", "-samples", "3", "-context", "3"}, &out)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 4 {
		t.Fatalf("%d lines:\n%s", len(lines), out.String())
	}
	for i, want := range []string{"smile  nearer  lpips   cf-own-l1-outside", "zero", "zero", "mean"} {
		if !strings.Contains(lines[i], want) {
			t.Errorf("line %d: %q is missing in %q", i, want, lines[i])
		}
	}
}

// In a session for another world, object and context are painted by different labels.
func TestObjectAndContextMayHaveDifferentLabels(t *testing.T) {
	path := filepath.Join(t.TempDir(), "spire.json")
	var listed bytes.Buffer
	if err := run([]string{"-world", "churches", "-select", "spire,!watermark", "-limit", "1"}, &listed); err != nil {
		t.Fatal(err)
	}
	spire := strings.TrimSpace(listed.String())
	listed.Reset()
	if err := run([]string{"-world", "churches", "-select", "dome", "-limit", "2"}, &listed); err != nil {
		t.Fatal(err)
	}
	domes := strings.Fields(listed.String())
	args := []string{"-world", "churches", "-object", spire, "-paste", domes[0], "-keys", strings.Join(domes, ","), "-labels", "spire", "-context-labels", "dome", "-out", path}
	if err := run(args, nil); err != nil {
		t.Fatal(err)
	}
	if s, err := sessions.Load(path); err != nil || len(s.Key) != 2 || s.Object == nil {
		t.Errorf("%v, %v", s, err)
	}
	if err := run(append(args, "-context-labels", "spire"), nil); err == nil || !strings.Contains(err.Error(), "no pixel has a label") {
		t.Errorf("a dome was painted as a spire: %v", err)
	}
}

func TestTheLargestOfSeveralPieces(t *testing.T) {
	read := func(text string) (marked []bool) {
		for _, c := range text {
			marked = append(marked, c == '#')
		}
		return marked
	}
	for _, c := range [][2]string{
		{"#..#" + "..##" + "#..#" + "#...", "...#" + "..##" + "...#" + "...."},
		{"#..#" + "...." + "...." + "#..#", "#..." + "...." + "...." + "...."},
		{"...." + "...." + "...." + "....", "...." + "...." + "...." + "...."},
	} {
		if got := largestPiece(read(c[0]), 4); !slices.Equal(got, read(c[1])) {
			t.Errorf("%s: %v", c[0], got)
		}
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
