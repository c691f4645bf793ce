package experiment

import (
	"context"
	"slices"
	"strings"
	"testing"

	"rewriting/pipeline/internal/config"
	"rewriting/pipeline/internal/study"
)

// refused is the error of reading or building the toy config with overrides.
func refused(overrides ...string) error {
	cfg, err := config.Load("../../testdata/toy.toml", overrides)
	if err == nil {
		_, err = Build(context.Background(), cfg)
	}
	return err
}

// The watermark experiment scores the rows of the session's table, drawn in batches of ten (spec: experiments 4).
func TestSamplesCanBeTheRowsOfTheTable(t *testing.T) {
	e := with(t, "samples.table=true", "samples.batch=10", "samples.count=12")
	if got := e.latentOf(7).Data; !slices.Equal(got, e.Table.Item(7).Data) || slices.Equal(got, faces(t).latentOf(7).Data) {
		t.Error("sample 7 is not row 7 of the table")
	}
	if e.position(7) != 7 || e.position(23) != 3 || faces(t).position(7) != 0 {
		t.Error("positions in batches are wrong")
	}
	for _, setting := range []string{"samples.table=true", "samples.batch=10"} {
		if with(t, setting).samplesContent().Key() == faces(t).samplesContent().Key() {
			t.Errorf("%s does not make other samples", setting)
		}
	}
	for want, overrides := range map[string][]string{
		"samples.table: samples 0 to 40 are wanted, but the session's table has the rows 0 to 39": {"samples.table=true", "samples.count=41"},
		"samples.batch: must be from 1":               {"samples.batch=0"},
		"samples.table: must be true or false":        {"samples.table=3"},
		"samples.table: cannot stand beside contains": {"samples.table=true", `samples.contains={segmenter="world:faces/segmenter",classes=["hat"]}`},
	} {
		if err := refused(overrides...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", overrides, err, want)
		}
	}
}

func TestMistakesInAChoiceOfSamplesAreLocated(t *testing.T) {
	hats := `samples.contains={name="hats",segmenter="world:faces/segmenter",classes=["hat"]}`
	e := with(t, hats, `metric.0.over=["hats","all"]`)
	if e.Subset == nil || e.Subset.Name != "hats" || len(e.Columns) != 1+len(faces(t).Columns) || !e.Columns[len(e.Columns)-1].Others {
		t.Errorf("%+v", e.Subset)
	}
	again := read(t, "../../testdata/toy.toml", string(e.resolved()))
	if a, b := again.plan().ReportKey(), e.plan().ReportKey(); a != b {
		t.Errorf("the resolved config is another experiment:\n%s", e.resolved())
	}
	for want, overrides := range map[string][]string{
		`samples.contains.classes: segmenter world:faces/segmenter has no class "dome"; it has`: {`samples.contains={segmenter="world:faces/segmenter",classes=["dome"]}`},
		"samples.contains.segmenter: is required":                                               {`samples.contains={classes=["hat"]}`},
		"samples.contains: must be a table":                                                     {"samples.contains=3"},
		"over: needs a choice of samples":                                                       {`metric.0.over=["all"]`},
		`over: must be a list of "hats" and "all"`:                                              {hats, `metric.0.over=["mitres"]`},
		`samples.contains.name: "all" is the name`:                                              {strings.Replace(hats, `"hats"`, `"all"`, 1)},
	} {
		if err := refused(overrides...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", overrides, err, want)
		}
	}
}

// Units of an erasure are compared with the mean squares of the generator that is edited, whatever C is measured on.
func TestAnErasureAsksForTheEditedGeneratorsOwnMoment(t *testing.T) {
	moments := func(overrides ...string) []string {
		var names []string
		for _, s := range with(t, overrides...).plan().Stages {
			if strings.HasPrefix(s.Name, "second moment") {
				names = append(names, s.Name)
			}
		}
		return names
	}
	erase := []string{"method.0.kind=erase"}
	if got := moments(erase...); !slices.Equal(got, []string{"second moment"}) {
		t.Errorf("at one truncation: %v", got)
	}
	half := append(erase, "session.moment_truncation=0.5")
	if got := moments(half...); !slices.Equal(got, []string{"second moment", "second moment of the edited generator"}) {
		t.Errorf("at two truncations: %v", got)
	}
	e := with(t, half...)
	r := e.open(t.TempDir(), study.Options{})
	if r.tasks[0].Usual == nil || r.tasks[1].Usual != nil {
		t.Error("the wrong method has a second moment of its own")
	}
	if e.editContent(&e.Rows[0]).Key() == with(t, erase...).editContent(&with(t, erase...).Rows[0]).Key() {
		t.Error("the edit does not depend on it")
	}
}
