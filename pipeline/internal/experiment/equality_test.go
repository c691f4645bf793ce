package experiment

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rewriting/pipeline/internal/study"
)

func TestP07ResultsDoNotDependOnTheNumberOfWorkers(t *testing.T) {
	var want map[string]string
	for _, workers := range []int{1, 2, 3, 7} {
		dir := t.TempDir()
		newToy(t).mustRun(t, dir, study.Options{Workers: workers})
		got := results(t, dir)
		if want == nil {
			want = got
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d workers:\n%s", workers, diff)
		}
	}
}

func TestP08TwoRunsDifferInTheirTimesOnly(t *testing.T) {
	var want []byte
	for range 2 {
		result := newToy(t).mustRun(t, t.TempDir(), study.Options{}).Result
		if len(result.Times) == 0 {
			t.Error("no times")
		}
		result.Times = nil
		got, err := json.Marshal(result)
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = got
		}
		if string(want) != string(got) {
			t.Errorf("results differ:\n%s\n%s", want, got)
		}
	}
}

func TestP15AnEditThatChangesNothingHasDistanceZero(t *testing.T) {
	x := newToy(t)
	result := x.mustRun(t, t.TempDir(), study.Options{}).Result
	for _, row := range result.Rows {
		zero := row.Cells["change"].Value == 0
		if zero != (row.Title == "Unmodified") {
			t.Errorf("%s: change %v", row.Title, row.Cells["change"].Value)
		}
	}
}
