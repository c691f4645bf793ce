package methods

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rewriting/gan"
	"rewriting/rewrite/rewritetest"
	"rewriting/sessions"
)

func TestEveryRowOfThePaperIsRegisteredAndDescribed(t *testing.T) {
	want := []string{"erase", "finetune", "insert", "linear", "nbb-copy", "nbb-laplace", "nbb-poisson", "single-image", "unconstrained", "unmodified", "zero"}
	if d := cmp.Diff(want, Kinds()); d != "" {
		t.Error(d)
	}
	for _, kind := range Kinds() {
		m, err := Lookup(kind)
		if err != nil {
			t.Fatal(err)
		}
		if d := m.Describe(); d.Title == "" || d.Row == "" || !strings.HasSuffix(d.About, ".") {
			t.Errorf("%s is described as %+v", kind, d)
		}
	}
	if _, err := Lookup("magic"); err == nil || !strings.Contains(err.Error(), "insert, linear") {
		t.Errorf("an unknown kind: %v", err)
	}
}

func TestARegisteredKindCannotBeTakenAgain(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a second insert was accepted")
		}
	}()
	Register("insert", insert{})
}

func TestMistakesInSettingsAreFoundBeforeAnyWork(t *testing.T) {
	layer := gan.Layer{Number: 8, Name: "w", In: 5, Out: 5, KeySize: 32, ValueSize: 32, Kernel: 3}
	type change func(*Params, *sessions.Session)
	for _, c := range []struct {
		kinds, want string
		change      change
	}{
		{"insert linear single-image erase", "rank = 0: must be 1 to 5, the input channels of layer 8", func(p *Params, _ *sessions.Session) { p.Rank = 0 }},
		{"insert linear single-image erase", "rank = 6", func(p *Params, _ *sessions.Session) { p.Rank = 6 }},
		{"insert linear single-image unconstrained finetune erase", "rate = 0", func(p *Params, _ *sessions.Session) { p.Rate = 0 }},
		{"insert linear single-image unconstrained finetune erase", "steps = 0", func(p *Params, _ *sessions.Session) { p.Steps = 0 }},
		{"insert linear single-image unconstrained erase", `loss = "l3": must be one of [l1 l2]`, func(p *Params, _ *sessions.Session) { p.Loss = "l3" }},
		{"insert single-image erase", "project_every = 0", func(p *Params, _ *sessions.Session) { p.ProjectEvery = 0 }},
		{"insert linear single-image zero erase", `keys = "pca": must be one of [zca`, func(p *Params, _ *sessions.Session) { p.Keys = "pca" }},
		{"single-image", "context = 3: must be 0 to 2", func(p *Params, _ *sessions.Session) { p.Context = 3 }},
		{"zero", "units = 9", func(p *Params, _ *sessions.Session) { p.Units = 9 }},
		{"erase", "drank = 9", func(p *Params, _ *sessions.Session) { p.DRank = 9 }},
		{"erase", "repeats = 0", func(p *Params, _ *sessions.Session) { p.Repeats = 0 }},
		{"finetune", "feature_weight = -1", func(p *Params, _ *sessions.Session) { p.FeatureWeight = -1 }},
		{"nbb-copy nbb-laplace nbb-poisson", "feature_levels = [\"feat1\"]: must name at least two", func(p *Params, _ *sessions.Session) { p.FeatureLevels = p.FeatureLevels[:1] }},
		{"nbb-copy", "feature_size = -1", func(p *Params, _ *sessions.Session) { p.FeatureSize = -1 }},
		{"nbb-copy", "threshold = 2: must be 0 to 1", func(p *Params, _ *sessions.Session) { p.Threshold = 2 }},
		{"nbb-copy", "pairs = 0", func(p *Params, _ *sessions.Session) { p.Pairs = 0 }},
		{"insert linear single-image unconstrained finetune nbb-copy nbb-laplace nbb-poisson", "no object", func(_ *Params, s *sessions.Session) { s.Object = nil }},
		{"insert linear single-image unconstrained finetune erase nbb-copy nbb-laplace nbb-poisson", "no paste", func(_ *Params, s *sessions.Session) { s.Paste = nil }},
		{"erase", "the session has no keys", func(_ *Params, s *sessions.Session) { s.Key = nil }},
		{"zero", "the session has no context", func(_ *Params, s *sessions.Session) { s.Key, s.Paste, s.Object = nil, nil, nil }},
		{"zero erase insert linear", "context region 1 (image 7): nothing is painted", func(_ *Params, s *sessions.Session) { s.Key[1].Mask = nil }},
	} {
		for kind := range strings.FieldsSeq(c.kinds) {
			m, err := Lookup(kind)
			if err != nil {
				t.Fatal(err)
			}
			p, s := toyParams(kind), rewritetest.Session()
			if err := m.Check(p, layer, s); err != nil {
				t.Fatalf("%s refuses the toy: %v", kind, err)
			}
			c.change(&p, s)
			if err := m.Check(p, layer, s); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v, want %q", kind, err, c.want)
			}
		}
	}
}

// toyParams are a kind's defaults cut down to the toy generator.
func toyParams(kind string) Params {
	m, err := Lookup(kind)
	if err != nil {
		panic(err)
	}
	p := m.Defaults()
	p.Units, p.DRank = min(p.Units, 2), min(p.DRank, 2)
	p.Steps = min(p.Steps, 11)
	if p.FeatureLevels != nil {
		p.FeatureLevels = []string{"feat1", "feat2", "feat3", "feat4", "feat5"}
	}
	return p
}
