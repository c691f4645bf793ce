package study

import (
	"context"
	"fmt"
)

// Probe implements Experiment by the costs that stages measure.
func (s *Study) Probe(ctx context.Context, p *Plan, dir string, o Options) (*Forecast, error) {
	o = o.Fill(s.Workers)
	f := &Forecast{Free: Free(dir)}
	measured := map[string]float64{} // seconds of one sample, by group
	size := map[string]int64{}
	for i, st := range s.stages {
		left := p.Stages[i].Parts - p.Stages[i].Done
		if left == 0 {
			continue
		}
		if st.Cost == nil {
			f.Unknown = append(f.Unknown, st.Name+": not measured")
			continue
		}
		if _, known := measured[st.group()]; !known {
			seconds, bytes, err := st.Cost(ctx)
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", st.Name, err)
			}
			measured[st.group()], size[st.group()] = seconds, bytes
		}
		if st.Chunked {
			left = min(left*st.cut(s).Chunk, st.cut(s).Count)
		}
		f.Seconds += measured[st.group()] * float64(left)
		f.Bytes += size[st.group()] * int64(left)
	}
	f.Seconds /= float64(o.Workers)
	return f, nil
}
