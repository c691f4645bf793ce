package experiment

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"rewriting/metrics"
	"rewriting/pipeline/internal/stage"
)

// preparer is a scorer with work that depends on the clean image alone, such as finding the object in it. What it finds is kept on disk,
// so that a row that is added later does not find it again: for a segmenter of real pictures that is most of the work.
type preparer interface {
	Scorer
	Prepares() bool
	Prepare(context.Context, *metrics.Sample) error
}

// preparers are the columns that have such work.
func (e *Experiment) preparers() []int {
	var out []int
	for i := range e.Columns {
		if p, ok := e.Columns[i].Scorer.(preparer); ok && p.Prepares() {
			out = append(out, i)
		}
	}
	return out
}

// preparedContent is what the clean-side data of samples depend on.
func (e *Experiment) preparedContent() *stage.Content {
	c := e.content("prepared").Set("samples", e.samplesContent().Key())
	for n, i := range e.preparers() {
		e.setColumn(c, fmt.Sprintf("metric %d ", n), &e.Columns[i])
	}
	if e.Subset != nil {
		c.Set("selection", e.selectionContent().Key())
	}
	return c
}

// prepare does the work on a clean image for all columns that the sample belongs to, whatever rows are missing, so that the bytes depend on
// nothing else. It returns nil where something fails: the scores that need it will fail too, and say why.
func (r *run) prepare(ctx context.Context, i int, s *metrics.Sample) []byte {
	in := r.inSubset(i)
	for _, col := range r.preparers() {
		c := &r.Columns[col]
		if c.Others == in {
			continue
		}
		if c.Scorer.(preparer).Prepare(ctx, s) != nil {
			return nil
		}
	}
	b, err := s.Prepared.MarshalBinary()
	if err != nil {
		return nil
	}
	return b
}

// encodePrepared joins the data of samples, each after its length.
func encodePrepared(samples [][]byte) []byte {
	var b []byte
	for _, s := range samples {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	return b
}

// decodePrepared splits what encodePrepared joined and insists on n samples.
func decodePrepared(b []byte, n int) ([][]byte, error) {
	var out [][]byte
	for len(b) > 0 {
		size, used := binary.Uvarint(b)
		if used <= 0 || size > uint64(len(b)-used) {
			return nil, errors.New("clean-side data are cut short")
		}
		out = append(out, b[used:used+int(size)])
		b = b[used+int(size):]
	}
	if len(out) != n {
		return nil, fmt.Errorf("clean-side data of %d samples, %d expected", len(out), n)
	}
	return out, nil
}
