package stage

import "testing"

func TestP07EveryChunkBelongsToExactlyOneShard(t *testing.T) {
	for n := 1; n <= 9; n++ {
		for chunk := range 40 {
			owners := 0
			for i := 1; i <= n; i++ {
				if (Shard{i, n}).Has(chunk) {
					owners++
				}
			}
			if owners != 1 {
				t.Errorf("chunk %d of %d shards has %d owners", chunk, n, owners)
			}
		}
	}
}

func TestShardsAreReadFromTextAndSchedulers(t *testing.T) {
	tests := []struct {
		text string
		env  map[string]string
		want string // empty: an error
	}{
		{"2/7", nil, "2/7"},
		{"0/7", nil, ""},
		{"8/7", nil, ""},
		{"2", nil, ""},
		{"x/y", nil, ""},
		{"auto", nil, ""},
		{"auto/7", map[string]string{"SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_COUNT": "1"}, "3/7"},
		{"auto", map[string]string{"SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_COUNT": "4", "SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_MAX": "4"}, "3/4"},
		{"auto", map[string]string{"SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_COUNT": "2", "SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_MAX": "3"}, ""},
		{"auto/3", map[string]string{"JOB_COMPLETION_INDEX": "0"}, "1/3"},
		{"auto/3", map[string]string{"JOB_COMPLETION_INDEX": "3"}, ""},
		{"auto", map[string]string{"JOB_COMPLETION_INDEX": "0"}, ""},
	}
	for _, test := range tests {
		got, err := ParseShard(test.text, func(name string) string { return test.env[name] })
		if (err != nil) != (test.want == "") || err == nil && got.String() != test.want {
			t.Errorf("%s with %v: %v, %v; want %q", test.text, test.env, got, err, test.want)
		}
	}
}
