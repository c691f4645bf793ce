package methods

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"rewriting/compute"
)

// Edit is the result of a method: all that is stored of it.
type Edit struct {
	Tensors   map[string]*compute.Tensor // changed tensors by official name, in official shape
	Losses    []float64                  // loss before each step
	Direction *compute.Tensor            // update directions [S,In], nil for methods without
	Pictures  map[string]*compute.Tensor // by name, [1,3,R,R]: what methods that work on pixels draw from
	Notes     map[string]string          // facts for the report: rank, context cells, units, ...
	Warnings  []string                   // what a user should know
	Seconds   float64                    // time that Apply took
}

// An edit file is the magic, the length of a JSON header, the header, and the numbers of all tensors as
// little-endian float32: tensors, direction, pictures.
const (
	magic     = "rewriting edit 1\n"
	maxHeader = 64 << 20
	maxValues = 1 << 31 // of one tensor
)

type header struct {
	Tensors   []entry           `json:"tensors"` // by name
	Direction []int             `json:"direction,omitempty"`
	Pictures  []entry           `json:"pictures,omitempty"` // by name
	Losses    []float64         `json:"losses"`
	Notes     map[string]string `json:"notes"`
	Warnings  []string          `json:"warnings"`
	Seconds   float64           `json:"seconds"`
}

type entry struct {
	Name  string `json:"name"`
	Shape []int  `json:"shape"`
}

// Write stores the edit. Equal edits give equal bytes.
func (e *Edit) Write(w io.Writer) error {
	h := header{Losses: e.Losses, Notes: e.Notes, Warnings: e.Warnings, Seconds: e.Seconds}
	var tensors []*compute.Tensor
	list := func(named map[string]*compute.Tensor) (entries []entry) {
		for _, name := range slices.Sorted(maps.Keys(named)) {
			entries = append(entries, entry{name, named[name].Shape})
			tensors = append(tensors, named[name])
		}
		return entries
	}
	h.Tensors = list(e.Tensors)
	if e.Direction != nil {
		h.Direction = e.Direction.Shape
		tensors = append(tensors, e.Direction)
	}
	h.Pictures = list(e.Pictures)
	text, err := json.Marshal(h)
	if err != nil {
		return fmt.Errorf("edit: %w", err)
	}
	out := append([]byte(magic), binary.LittleEndian.AppendUint32(nil, uint32(len(text)))...)
	if _, err := w.Write(append(out, text...)); err != nil {
		return err
	}
	for _, t := range tensors {
		raw := make([]byte, 0, 4*t.Len())
		for _, v := range t.Data {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
		}
		if _, err := w.Write(raw); err != nil {
			return err
		}
	}
	return nil
}

// ReadEdit reads what Write stored. Memory grows with what is really there, not with what the file claims.
func ReadEdit(r io.Reader) (*Edit, error) {
	start := make([]byte, len(magic)+4)
	if _, err := io.ReadFull(r, start); err != nil || string(start[:len(magic)]) != magic {
		return nil, errors.New("edit: not an edit file")
	}
	size := binary.LittleEndian.Uint32(start[len(magic):])
	if size > maxHeader {
		return nil, fmt.Errorf("edit: a header of %d bytes", size)
	}
	text, err := exactly(r, int64(size))
	if err != nil {
		return nil, fmt.Errorf("edit: header: %w", err)
	}
	var h header
	if err := json.Unmarshal(text, &h); err != nil {
		return nil, fmt.Errorf("edit: header: %w", err)
	}
	e := &Edit{Losses: h.Losses, Notes: h.Notes, Warnings: h.Warnings, Seconds: h.Seconds}
	if e.Tensors, err = readNamed(r, "tensor", h.Tensors); err != nil {
		return nil, err
	}
	if h.Direction != nil {
		if e.Direction, err = readTensor(r, h.Direction); err != nil {
			return nil, fmt.Errorf("edit: direction: %w", err)
		}
	}
	if h.Pictures != nil {
		if e.Pictures, err = readNamed(r, "picture", h.Pictures); err != nil {
			return nil, err
		}
	}
	if n, _ := r.Read(make([]byte, 1)); n > 0 {
		return nil, errors.New("edit: bytes after the end")
	}
	return e, nil
}

func readNamed(r io.Reader, what string, entries []entry) (map[string]*compute.Tensor, error) {
	named := map[string]*compute.Tensor{}
	for _, t := range entries {
		if _, twice := named[t.Name]; twice {
			return nil, fmt.Errorf("edit: %s %s is there twice", what, t.Name)
		}
		var err error
		if named[t.Name], err = readTensor(r, t.Shape); err != nil {
			return nil, fmt.Errorf("edit: %s %s: %w", what, t.Name, err)
		}
	}
	return named, nil
}

func readTensor(r io.Reader, shape []int) (*compute.Tensor, error) {
	n := int64(1)
	for _, d := range shape {
		if d < 0 || d > maxValues || n*int64(d) > maxValues {
			return nil, fmt.Errorf("impossible shape %v", shape)
		}
		n *= int64(d)
	}
	raw, err := exactly(r, 4*n)
	if err != nil {
		return nil, err
	}
	t := compute.New(shape...)
	for i := range t.Data {
		t.Data[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return t, nil
}

func exactly(r io.Reader, n int64) ([]byte, error) {
	var b bytes.Buffer
	if got, err := io.CopyN(&b, r, n); err != nil {
		return nil, fmt.Errorf("ends after %d of %d bytes", got, n)
	}
	return b.Bytes(), nil
}
