package experiment

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rewriting/pipeline/internal/source"
	"rewriting/pipeline/internal/study"
)

func TestP05ExactlyWhatDependsOnAChangeRunsAgain(t *testing.T) {
	all := []string{"edit: Ours", "edit: Stronger", "edit: Unmodified", "clean images",
		"scores: Ours: change", "scores: Ours: again", "scores: Stronger: change", "scores: Stronger: again",
		"scores: Unmodified: change", "scores: Unmodified: again", "report"}
	edits := slices.DeleteFunc(slices.Clone(all), func(s string) bool { return s == "clean images" })
	tests := []struct {
		name   string
		change func(*toy)
		want   []string
		why    string
	}{
		{"nothing", func(*toy) {}, nil, ""},
		{"workers", func(x *toy) { x.Config.Run.Workers = 7 }, nil, ""},
		{"title", func(x *toy) { x.Config.Title = "Other" }, []string{"report"}, "config"},
		{"a setting of one method", func(x *toy) { x.Rows[1].Task.Params.Rate = 4 },
			[]string{"edit: Stronger", "scores: Stronger: change", "scores: Stronger: again", "report"}, "parameter rate: 3 -> 4"},
		{"a setting that the method does not read", func(x *toy) { x.Rows[1].Task.Params.Rank = 9 }, nil, ""},
		{"the session", func(x *toy) { x.Inputs[0].SHA256 = "other" }, edits, "session: session -> other"},
		{"the weights", func(x *toy) { g := toyGenerator{gain: 1.1}; x.Generator, x.Cut = g, toyCut{g} }, all, "weights: toy 1 -> toy 1.1"},
		{"the network of a metric", func(x *toy) { x.Columns[1].Inputs = []source.Input{{SHA256: "n"}} },
			[]string{"scores: Ours: again", "scores: Stronger: again", "scores: Unmodified: again", "report"}, "networks"},
		{"the meaning of a column", func(x *toy) { x.Columns[0].Columns[0].Version = 2 },
			[]string{"scores: Ours: change", "scores: Stronger: change", "scores: Unmodified: change", "report"}, "columns"},
		{"more samples", func(x *toy) { x.Config.Samples.Count = 40 },
			[]string{"clean images", "scores: Ours: change", "scores: Ours: again", "scores: Stronger: change", "scores: Stronger: again",
				"scores: Unmodified: change", "scores: Unmodified: again", "report"}, "2 of 4 parts are missing"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			newToy(t).mustRun(t, dir, study.Options{})
			x := newToy(t)
			test.change(x)
			plan, err := x.Plan(dir)
			if err != nil {
				t.Fatal(err)
			}
			var got, why []string
			for _, s := range plan.Stages {
				if s.State != study.Done {
					got = append(got, s.Name)
					why = append(why, s.Why...)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("stages (-want +got):\n%s", diff)
			}
			if !strings.Contains(strings.Join(why, "\n"), test.why) {
				t.Errorf("the reasons %q do not hold %q", why, test.why)
			}
			if o := x.mustRun(t, dir, study.Options{}); o.Nothing != (test.want == nil) {
				t.Errorf("nothing to do: %v", o.Nothing)
			}
		})
	}
}

func TestP05AnotherVersionOfAStageRunsItAndWhatDependsOnItAgain(t *testing.T) {
	edits := []string{"edit: Ours", "edit: Stronger", "edit: Unmodified"}
	scores := []string{"scores: Ours: change", "scores: Ours: again", "scores: Stronger: change", "scores: Stronger: again",
		"scores: Unmodified: change", "scores: Unmodified: again"}
	dir := t.TempDir()
	newToy(t).mustRun(t, dir, study.Options{})
	for kind, want := range map[string][]string{
		"moment": slices.Concat(edits, scores, []string{"report"}), // the toy's methods have no use for it, but edits hold its key
		"edit":   slices.Concat(edits, scores, []string{"report"}),
		"clean":  slices.Concat([]string{"clean images"}, scores, []string{"report"}),
		"score":  append(slices.Clone(scores), "report"),
		"ranked": nil, // the toy has none
		"report": {"report"},
	} {
		t.Run(kind, func(t *testing.T) {
			versions[kind]++
			defer func() { versions[kind]-- }()
			plan, err := newToy(t).Plan(dir)
			if err != nil {
				t.Fatal(err)
			}
			var got, why []string
			for _, s := range plan.Stages {
				if s.State != study.Done {
					got = append(got, s.Name)
					why = append(why, s.Why...)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("stages (-want +got):\n%s", diff)
			}
			if kind == "moment" || want == nil {
				return
			}
			if want := "version of stage " + kind + ": 1 -> 2"; !strings.Contains(strings.Join(why, "\n"), want) {
				t.Errorf("the reasons %q do not hold %q", why, want)
			}
		})
	}
}
