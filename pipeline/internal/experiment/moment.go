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

// measurement is a second moment that methods ask for.
type measurement struct {
	cut gan.Cut // of the edit
	on  gan.Cut // whose keys are measured: those of cut, or of the generator at another truncation
}

// moment makes a measurement when a method first asks for it, and at most once.
type moment struct {
	measurement
	run   *run
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
	found, err = rewrite.Measure(ctx, m.on, e.Table, func(done, _ int) { meter.Set(done, "") })
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

// momentOf is the second moment of the keys of a cut, nil where no row has a use for it.
func (r *run) momentOf(on gan.Cut) func(context.Context) (*rewrite.Moment, error) {
	for _, m := range r.moments {
		if sameKeys(m.on, on) {
			return m.get
		}
	}
	return nil
}

func sameKeys(a, b gan.Cut) bool {
	return a.Layer().Number == b.Layer().Number && a.Generator().Info().Truncation == b.Generator().Info().Truncation
}

// measurements are the second moments that the methods ask for, each once, in the order of the rows.
func (e *Experiment) measurements() []measurement {
	var out []measurement
	add := func(cut, on gan.Cut) {
		if !slices.ContainsFunc(out, func(m measurement) bool { return sameKeys(m.on, on) }) {
			out = append(out, measurement{cut, on})
		}
	}
	for i := range e.Rows {
		row := &e.Rows[i]
		if usesMoment(row.Method) {
			add(e.cutOf(row), e.measuredOn(e.cutOf(row)))
		}
		if e.comparesUnits(row) {
			add(e.cutOf(row), e.cutOf(row))
		}
	}
	return out
}

// comparesUnits reports whether the method needs the mean squares of the very generator that is edited, while the second moment
// is measured at another truncation: where units are scored by theirs (App. E).
func (e *Experiment) comparesUnits(r *Row) bool {
	return e.measured != nil && usesMoment(r.Method) &&
		(slices.Contains(r.Method.Describe().Parameters, "drank") || r.Task.Params.Keys == rewrite.NormDissect)
}

// momentName is the name of the stage; the session's layer goes without saying.
func (e *Experiment) momentName(m measurement) string {
	name := "second moment"
	if n := m.cut.Layer().Number; n != e.Cut.Layer().Number {
		name = fmt.Sprintf("second moment, layer %d", n)
	}
	if !sameKeys(m.on, e.measuredOn(m.cut)) {
		name += " of the edited generator"
	}
	return name
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
