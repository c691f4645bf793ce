package onnx

import (
	"context"
	"maps"
	"slices"

	"rewriting/compute"
)

// buffer is float32 memory shared by the values that view it; refs counts those that are alive.
type buffer struct {
	data   []float32
	refs   int
	pooled bool // made by the workspace, and so returned to it
}

// workspace keeps the float32 memory of finished intermediates for the next node and the next run.
// Networks repeat few shapes, so buffers are kept by exact length.
type workspace struct {
	free  map[int][]*buffer
	total int // elements in use or free
}

// maxPooled is the size (in elements) above which a workspace keeps no buffer that it has no use for now, and is dropped
// after a run: 256 MiB, so that one large image does not hold memory for the rest of the process.
const maxPooled = 64 << 20

func newWorkspace() *workspace { return &workspace{free: map[int][]*buffer{}} }

func (w *workspace) get(n int) *buffer {
	if list := w.free[n]; len(list) > 0 {
		b := list[len(list)-1]
		w.free[n] = list[:len(list)-1]
		b.refs = 1
		return b
	}
	w.total += n
	w.trim()
	return &buffer{data: make([]float32, n), refs: 1, pooled: true}
}

// trim drops free buffers while there is more than a workspace may keep, the largest first: what is free is of other lengths
// than what is wanted now, and large maps of every length would be several times what is alive.
func (w *workspace) trim() {
	if w.total <= maxPooled {
		return
	}
	for _, n := range slices.SortedFunc(maps.Keys(w.free), func(a, b int) int { return b - a }) {
		for len(w.free[n]) > 0 && w.total > maxPooled {
			last := len(w.free[n]) - 1
			w.free[n][last] = nil
			w.free[n] = w.free[n][:last]
			w.total -= n
		}
	}
}

func (w *workspace) put(b *buffer) {
	if b == nil {
		return
	}
	if b.refs--; b.refs == 0 && b.pooled {
		w.free[len(b.data)] = append(w.free[len(b.data)], b)
	}
}

// frame is what a kernel may use during one run.
type frame struct {
	ctx context.Context
	ws  *workspace
}

// float32s returns a float32 value with undefined contents: the kernel must write all of them.
func (f *frame) float32s(shape []int) (*Value, error) {
	n, err := elements(shape)
	if err != nil {
		return nil, err
	}
	b := f.ws.get(n)
	return &Value{Type: Float32, Shape: slices.Clone(shape), F32: b.data, buf: b}, nil
}

// value returns a value of any type; only float32 storage comes from the workspace, undefined.
func (f *frame) value(t Type, shape []int) (*Value, error) {
	if t.storage() == inF32 {
		v, err := f.float32s(shape)
		if v != nil {
			v.Type = t
		}
		return v, err
	}
	n, err := elements(shape)
	if err != nil {
		return nil, err
	}
	v := &Value{Type: t, Shape: slices.Clone(shape)}
	switch t.storage() {
	case inF64:
		v.F64 = make([]float64, n)
	case inI64:
		v.I64 = make([]int64, n)
	case inI32:
		v.I32 = make([]int32, n)
	case inU8:
		v.U8 = make([]uint8, n)
	case inBool:
		v.Bool = make([]bool, n)
	}
	return v, nil
}

// adopt makes a value of a tensor that nothing else refers to.
func (f *frame) adopt(t *compute.Tensor) *Value {
	return &Value{Type: Float32, Shape: t.Shape, F32: t.Data, buf: &buffer{data: t.Data, refs: 1}}
}

// like returns a value of in's type and shape for an element-wise result: in itself when this node
// is its last reader and nothing else views its memory, else a new one.
func (f *frame) like(in *Value) (*Value, error) {
	if in.dies && in.buf != nil && in.buf.refs == 1 {
		return in.view(in.Shape), nil
	}
	return f.value(in.Type, in.Shape)
}

// tensor views a float32 value as a tensor.
func (v *Value) tensor() *compute.Tensor { return &compute.Tensor{Shape: v.Shape, Data: v.F32} }
