package experiment

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"

	"rewriting/gan"
	"rewriting/pipeline/internal/stage"
	"rewriting/rewrite"
)

// moments measures the second moment when a method first asks for it, and at most once.
type moments struct {
	mu     sync.Mutex
	moment *rewrite.Moment
	run    *run
}

func (m *moments) get(ctx context.Context) (*rewrite.Moment, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.moment != nil {
		return m.moment, nil
	}
	r, e := m.run, m.run.Experiment
	path, key := r.plan.moment.Path, r.plan.moment.Key
	moment, err := readMoment(r, path, key)
	if err == nil {
		m.moment = moment
		return moment, nil
	}
	if !stage.Missing(err) {
		return nil, fmt.Errorf("%w: %w", errStore, err)
	}
	r.Warn(err)
	started := time.Now()
	meter := r.Progress.Start("second moment", "images", e.Table.Dim(0))
	defer meter.End()
	moment, err = rewrite.Measure(ctx, e.measuredOn(), e.Table, func(done, _ int) { meter.Set(done, "") })
	if err != nil {
		return nil, err
	}
	if err := r.Store.Publish(path, key, encodeMoment(moment)); err != nil {
		return nil, fmt.Errorf("%w: %w", errStore, err)
	}
	r.Took("second moment", key, started)
	m.moment = moment
	return moment, nil
}

// measuredOn is the cut whose keys make the second moment: the experiment's, unless the config asks for another truncation.
func (e *Experiment) measuredOn() gan.Cut {
	if e.momentCut != nil {
		return e.momentCut
	}
	return e.Cut
}

func readMoment(r *run, path, key string) (*rewrite.Moment, error) {
	b, err := r.Store.Read(path, key)
	if err != nil {
		return nil, err
	}
	m, err := decodeMoment(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", path, stage.ErrDamaged, err)
	}
	return m, nil
}

// encodeMoment writes channels and rows as int64 and C as float64, little-endian.
func encodeMoment(m *rewrite.Moment) []byte {
	var b bytes.Buffer
	for _, part := range []any{int64(m.In), m.Rows, m.C} {
		binary.Write(&b, binary.LittleEndian, part) // cannot fail in memory
	}
	return b.Bytes()
}

func decodeMoment(b []byte) (*rewrite.Moment, error) {
	if len(b) < 16 {
		return nil, errors.New("too short for a second moment")
	}
	in := binary.LittleEndian.Uint64(b)
	if in > 1<<16 || uint64(len(b)) != 16+8*in*in {
		return nil, fmt.Errorf("%d bytes for the second moment of %d channels", len(b), in)
	}
	m := &rewrite.Moment{In: int(in), Rows: int64(binary.LittleEndian.Uint64(b[8:])), C: make([]float64, in*in)}
	return m, binary.Read(bytes.NewReader(b[16:]), binary.LittleEndian, m.C)
}
