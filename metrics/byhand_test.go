package metrics

import (
	"errors"
	"math"
	"strings"
	"testing"
)

const counted = `about = "counted by A. on paper"
images = [10, 19]
[lists.middle]
"Ours" = []
"Unmodified" = [12, 15]
`

func handContext(t *testing.T, text string) Context {
	c := testContext(t, nil)
	c.Read = func(name string) ([]byte, error) {
		if name != "counts.toml" {
			return nil, errors.New("no such file")
		}
		return []byte(text), nil
	}
	return c
}

func TestCountsByHandAreReadBackByRow(t *testing.T) {
	c := handContext(t, counted)
	set := build(t, c, "by-hand", "text in the middle", map[string]any{"counts": "counts.toml", "list": "middle", "wanted": false})
	col := set.Columns()[0]
	if col.Key != "middle" || col.Kind != Count || col.Direction != Lower || !strings.Contains(col.Title, "by hand") || !strings.Contains(col.Protocol, "human counts from counts.toml: counted by A. on paper") {
		t.Errorf("%+v", col)
	}
	s := face(c, 12)
	for _, want := range []struct {
		row  string
		seed uint32
		n    float64
	}{{"Unmodified", 12, 1}, {"Unmodified", 13, 0}, {"Ours", 12, 0}, {"Unmodified", 20, math.NaN()}, {"Zeroing", 12, math.NaN()}} {
		s.Row, s.Seed = want.row, want.seed
		if got := score(t, set, s)["middle"]; got != want.n && !(math.IsNaN(got) && math.IsNaN(want.n)) {
			t.Errorf("%s, image %d: %v, want %v", want.row, want.seed, got, want.n)
		}
	}
}

func TestMistakesInCountsByHand(t *testing.T) {
	params := map[string]any{"counts": "counts.toml", "list": "middle"}
	for want, text := range map[string]string{
		`lists.middle: "Ours" has image 9, outside [10 19]`: strings.Replace(counted, "[]", "[9]", 1),
		`no such key "image"`:                               strings.Replace(counted, "images", "image", 1),
		"must be the numbers":                               strings.Replace(counted, "10, 19", "10", 1),
		`"middle": counts.toml has "bottom"`:                strings.Replace(counted, "middle", "bottom", 1),
	} {
		spec, err := Decode("by-hand", "", params)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := spec.Build(handContext(t, text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	params["counts"] = "none.toml"
	spec, err := Decode("by-hand", "", params)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := spec.Build(handContext(t, counted)); err == nil || !strings.Contains(err.Error(), "counts: no such file (`pipeline sheet`") {
		t.Errorf("%v", err)
	}
}
