package experiment

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"rewriting/gan"
	"rewriting/pipeline/internal/stage"
	"rewriting/rewrite"
)

// moment measures the second moment of a layer when a method first asks for it, and at most once.
type moment struct {
	run   *run
	cut   gan.Cut
	place int // in the plan

	mu       sync.Mutex
	measured *rewrite.Moment
}

func (m *moment) get(ctx context.Context) (*rewrite.Moment, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.measured != nil {
		return m.measured, nil
	}
	r, e, planned := m.run, m.run.Experiment, m.run.plan.moments[m.place]
	found, err := readMoment(r, planned.Path, planned.Key)
	if err == nil {
		m.measured = found
		return found, nil
	}
	if !stage.Missing(err) {
		return nil, fmt.Errorf("%w: %w", errStore, err)
	}
	r.Warn(err)
	started := time.Now()
	meter := r.Progress.Start(planned.Name, "images", e.Table.Dim(0))
	defer meter.End()
	found, err = rewrite.Measure(ctx, e.measuredOn(m.cut), e.Table, func(done, _ int) { meter.Set(done, "") })
	if err != nil {
		return nil, err
	}
	if err := r.Store.Publish(planned.Path, planned.Key, encodeMoment(found)); err != nil {
		return nil, fmt.Errorf("%w: %w", errStore, err)
	}
	r.Took(planned.Name, planned.Key, started)
	m.measured = found
	return found, nil
}

// momentOf is the second moment of a layer, nil where no row has a use for it.
func (r *run) momentOf(cut gan.Cut) func(context.Context) (*rewrite.Moment, error) {
	for _, m := range r.moments {
		if m.cut.Layer().Number == cut.Layer().Number {
			return m.get
		}
	}
	return nil
}

// momentCuts are the layers whose second moment the methods ask for, each once, in the order of the rows.
func (e *Experiment) momentCuts() []gan.Cut {
	var out []gan.Cut
	for i := range e.Rows {
		cut := e.cutOf(&e.Rows[i])
		same := func(o gan.Cut) bool { return o.Layer().Number == cut.Layer().Number }
		if usesMoment(e.Rows[i].Method) && !slices.ContainsFunc(out, same) {
			out = append(out, cut)
		}
	}
	return out
}

// momentName is the name of the stage of a layer's second moment; the session's layer goes without saying.
func (e *Experiment) momentName(cut gan.Cut) string {
	if n := cut.Layer().Number; n != e.Cut.Layer().Number {
		return fmt.Sprintf("second moment, layer %d", n)
	}
	return "second moment"
}

// measuredOn is the cut whose keys make the second moment of a layer: that of the edit, unless the config asks for another truncation.
func (e *Experiment) measuredOn(cut gan.Cut) gan.Cut {
	if e.measured == nil {
		return cut
	}
	other, err := e.measured.Cut(cut.Layer().Number)
	if err != nil {
		panic("experiment: a generator has the same layers at every truncation: " + err.Error())
	}
	return other
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
