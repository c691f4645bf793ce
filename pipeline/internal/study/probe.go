package study

import (
	"context"
	"fmt"
	"runtime"
	"time"
)

// Foresee probes a plan, and tells apart what the work takes and what other work on the machine adds to it now.
func Foresee(ctx context.Context, e Experiment, p *Plan, dir string, o Options) (*Forecast, error) {
	started, before := time.Now(), processorSeconds()
	f, err := e.Probe(ctx, p, dir, o)
	if err != nil {
		return nil, err
	}
	f.alone(time.Since(started).Seconds(), processorSeconds()-before)
	return f, nil
}

// alone notes what the run would take on a machine that does nothing else. A probe keeps at least one processor at work, so one that
// got clearly less had to wait for others.
func (f *Forecast) alone(wall, processor float64) {
	const clearly = 0.8
	if processor > 0 && processor < clearly*wall {
		f.Alone = f.Seconds * processor / wall
	}
}

// Beside runs do with the processors that one of so many workers has when all are at work: an operation spreads over those that are
// idle, and alone it would be faster than in a run.
func Beside(workers int, do func() error) error {
	all := runtime.GOMAXPROCS(0)
	runtime.GOMAXPROCS(max(1, all/workers))
	defer runtime.GOMAXPROCS(all)
	return do()
}

// Probe implements Experiment by the costs that stages measure.
func (s *Study) Probe(ctx context.Context, p *Plan, dir string, o Options) (*Forecast, error) {
	o = o.Fill(s.Workers)
	f := &Forecast{Free: Free(dir)}
	measured := map[string]float64{} // seconds of one sample, by group
	size := map[string]int64{}
	work, longest := map[int]float64{}, map[int]float64{} // by level: the seconds of all files, and of the longest
	for i, st := range s.stages {
		files := p.Stages[i].Parts - p.Stages[i].Done
		if files == 0 {
			continue
		}
		if st.Cost == nil {
			f.Unknown = append(f.Unknown, st.Name+": not measured")
			continue
		}
		if _, known := measured[st.group()]; !known {
			var seconds float64
			var bytes int64
			err := Beside(o.Workers, func() (err error) { seconds, bytes, err = st.Cost(ctx); return err })
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", st.Name, err)
			}
			measured[st.group()], size[st.group()] = seconds, bytes
		}
		units := files
		if st.Chunked {
			units = min(files*st.cut(s).Chunk, st.cut(s).Count)
		}
		seconds := measured[st.group()] * float64(units)
		work[st.level] += seconds
		longest[st.level] = max(longest[st.level], seconds/float64(files))
		f.Bytes += size[st.group()] * int64(units)
	}
	for level, seconds := range work {
		f.Seconds += max(longest[level], seconds/float64(o.Workers)) // the files of one level come from one pool
	}
	return f, nil
}
