package experiment

import (
	"path/filepath"
	"strings"
	"testing"

	"rewriting/pipeline/internal/config"
	"rewriting/pipeline/internal/study"
)

func with(t *testing.T, overrides ...string) *Experiment {
	t.Helper()
	cfg, err := config.Load("../../testdata/toy.toml", overrides)
	if err != nil {
		t.Fatal(err)
	}
	e, err := Build(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestALayerByNameIsTheLayerByNumber(t *testing.T) {
	named := with(t, "session.layer=convs.4.conv.weight")
	if a, b := named.plan().ReportKey(), faces(t).plan().ReportKey(); a != b {
		t.Errorf("by name the report has the key %s, by number %s", a, b)
	}
	if err := build(t, "session.layer=convs.9"); err == nil || !strings.Contains(err.Error(), `session.layer: no editable layer "convs.9"; there is 3 (convs.0.conv.weight)`) {
		t.Errorf("%v", err)
	}
}

func TestTheSecondMomentCanBeMeasuredUnderAnotherTruncation(t *testing.T) {
	e := with(t, "session.moment_truncation=0.5")
	plain := faces(t)
	for i, s := range e.plan().Stages {
		before := plain.plan().Stages[i]
		same := s.Key == before.Key
		if want := strings.HasPrefix(s.Name, "clean"); same != want && s.Name != "edit: Finetune all" && s.Name != "edit: Unmodified" && !strings.HasPrefix(s.Name, "scores: ") {
			t.Errorf("%s: the same key: %v", s.Name, same)
		}
	}
	again := read(t, filepath.Join("../../testdata", study.ResolvedFile), string(e.resolved()))
	if a, b := again.plan().moments[0].Key, e.plan().moments[0].Key; a != b {
		t.Errorf("the resolved config measures %s instead of %s", a, b)
	}
}

func TestContextRegionsCanComeFromAnotherSession(t *testing.T) {
	own, other := with(t, "session.rows=1000"), with(t, "session.rows=1000", "session.context=../../sessions/faces/smile.json")
	if a, b := own.plan().edits[0].Key, other.plan().edits[0].Key; a == b {
		t.Error("other context regions do not make another edit")
	}
	if a, b := own.plan().clean.Key, other.plan().clean.Key; a != b {
		t.Error("other context regions make other clean images")
	}
	if len(other.Session.Key) == len(own.Session.Key) || other.Session.Object.Image != own.Session.Object.Image {
		t.Errorf("%d context regions, %d of its own", len(other.Session.Key), len(own.Session.Key))
	}
	again := read(t, filepath.Join("../../testdata", study.ResolvedFile), string(other.resolved()))
	if a, b := again.plan().edits[0].Key, other.plan().edits[0].Key; a != b {
		t.Error("the resolved config is another experiment")
	}
}
