package stage

import (
	"fmt"
	"strconv"
	"strings"
)

// Shard is one of Count processes that share the chunks of a run without talking to each other. The zero value is all of them.
type Shard struct {
	Index, Count int // 1 <= Index <= Count
}

// Whole reports whether the shard is the whole run.
func (s Shard) Whole() bool { return s.Count == 0 }

// Has reports whether chunk i is the shard's. Neighbours go to different shards, so that all end at about the same time.
func (s Shard) Has(i int) bool { return s.Whole() || i%s.Count == s.Index-1 }

// String is "2/7", the form that ParseShard reads.
func (s Shard) String() string { return fmt.Sprintf("%d/%d", s.Index, s.Count) }

// ParseShard reads "2/7", "auto/7" or "auto". Auto takes the index from a Slurm array (numbered from 1) or a Kubernetes Indexed
// Job (numbered from 0); without a count it also takes the number of Slurm's tasks, which must be numbered 1 to n without
// gaps: a part of an array that is submitted again has fewer tasks than shards, so scripts should say auto/n.
func ParseShard(text string, getenv func(string) string) (Shard, error) {
	index, count, hasCount := strings.Cut(text, "/")
	var s Shard
	var err error
	if hasCount {
		if s.Count, err = strconv.Atoi(count); err != nil || s.Count < 1 {
			return Shard{}, fmt.Errorf("shard %q: the number of shards must be a whole number from 1", text)
		}
	}
	if index == "auto" {
		return s.fromEnvironment(hasCount, getenv)
	}
	if s.Index, err = strconv.Atoi(index); err != nil || !hasCount || s.Index < 1 || s.Index > s.Count {
		return Shard{}, fmt.Errorf("shard %q: must be i/n with i from 1 to n, auto/n or auto", text)
	}
	return s, nil
}

func (s Shard) fromEnvironment(hasCount bool, getenv func(string) string) (Shard, error) {
	if task := getenv("SLURM_ARRAY_TASK_ID"); task != "" {
		n, err := strconv.Atoi(task)
		if err != nil {
			return Shard{}, fmt.Errorf("shard auto: SLURM_ARRAY_TASK_ID is %q", task)
		}
		s.Index = n
		if !hasCount {
			s.Count, err = strconv.Atoi(getenv("SLURM_ARRAY_TASK_COUNT"))
			if err != nil || getenv("SLURM_ARRAY_TASK_MIN") != "1" || getenv("SLURM_ARRAY_TASK_MAX") != strconv.Itoa(s.Count) {
				return Shard{}, fmt.Errorf("shard auto: the Slurm array is not numbered 1 to n; say --shard auto/n with the full number of shards")
			}
		}
	} else if task := getenv("JOB_COMPLETION_INDEX"); task != "" {
		n, err := strconv.Atoi(task)
		if err != nil {
			return Shard{}, fmt.Errorf("shard auto: JOB_COMPLETION_INDEX is %q", task)
		}
		if !hasCount {
			return Shard{}, fmt.Errorf("shard auto: a Kubernetes job does not tell its pods how many they are; say --shard auto/n")
		}
		s.Index = n + 1
	} else {
		return Shard{}, fmt.Errorf("shard auto: neither SLURM_ARRAY_TASK_ID nor JOB_COMPLETION_INDEX is set")
	}
	if s.Index < 1 || s.Index > s.Count {
		return Shard{}, fmt.Errorf("shard auto: task %d of %d shards", s.Index, s.Count)
	}
	return s, nil
}
