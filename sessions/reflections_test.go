package sessions_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"rewriting/sessions"
)

func posneg(entries ...string) string { return "{" + strings.Join(entries, ",") + "}" }

func entry(image string, window, mirror *sessions.Mask) string {
	return fmt.Sprintf(`%q: {"value": "-5.0", "intervention": %q, "revert": %q}`, image, window.URL(), mirror.URL())
}

func TestReflectionMasksComeInTheOrderOfTheirImages(t *testing.T) {
	small, large := sessions.NewMask([]bool{true, false, false, false}, 2, 2), sessions.NewMask([]bool{true, true, true, false}, 2, 2)
	all, err := sessions.ReadReflections(strings.NewReader(posneg(entry("33", small, large), entry("4", large, small))))
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 2 || all[0].Image != 4 || all[1].Image != 33 || all[0].Intervention.Painted() != 3 || all[0].Revert.Painted() != 1 || all[1].Value != "-5.0" {
		t.Errorf("read %+v", all)
	}
}

func TestBrokenReflectionMasksAreNamed(t *testing.T) {
	m := sessions.NewMask([]bool{true}, 1, 1)
	good := entry("7", m, m)
	for text, want := range map[string]string{
		"[]":                                 "one JSON object of image numbers",
		"{":                                  "too early",
		posneg(good, good):                   "twice",
		posneg(entry("-1", m, m)):            `image "-1"`,
		posneg(entry("07", m, m)):            "row number",
		posneg(`"7": 5`):                     "object of texts",
		posneg(`"7": {"intervention": "x"}`): "intervention: mask is not a data URL",
		posneg(strings.Replace(good, "revert", "other", 1)): "revert is missing",
	} {
		if _, err := sessions.ReadReflections(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: error %v does not say %q", text, err, want)
		}
	}
}

// Counts: spec sessions 3.
func TestTheOfficialReflectionMasks(t *testing.T) {
	all, err := sessions.LoadReflections(filepath.Join(official(t), "reflections", "progan-kitchen", "posneg.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 30 || all[0].Image != 14 || all[1].Image != 21 || all[29].Image != 958 {
		t.Fatalf("%d scenes", len(all))
	}
	window, mirror := [2]int{1 << 30, 0}, [2]int{1 << 30, 0}
	for _, s := range all {
		for _, m := range []struct {
			mask *sessions.Mask
			span *[2]int
		}{{s.Intervention, &window}, {s.Revert, &mirror}} {
			m.span[0], m.span[1] = min(m.span[0], m.mask.Painted()), max(m.span[1], m.mask.Painted())
		}
	}
	if window != [2]int{2696, 22941} || mirror != [2]int{1713, 11108} {
		t.Errorf("painted pixels %v and %v", window, mirror)
	}
}

func FuzzReadReflectionsNeverPanics(f *testing.F) {
	m := sessions.NewMask([]bool{true}, 1, 1)
	f.Add([]byte(posneg(entry("7", m, m))))
	f.Add([]byte(posneg(`"7": {"intervention": null}`)))
	f.Fuzz(func(t *testing.T, text []byte) {
		all, err := sessions.ReadReflections(bytes.NewReader(text))
		for i, s := range all {
			if s.Intervention == nil || s.Revert == nil || i > 0 && all[i-1].Image >= s.Image {
				t.Errorf("%v, %v", all, err)
			}
		}
	})
}
