package onnx

import (
	"fmt"
	"slices"

	"rewriting/compute"
)

func init() {
	operators["MatMul"] = operator{func(n *node) (kernel, error) { return matMul, nil }, 2, 2}
	operators["Gemm"] = operator{buildGemm, 2, 3}
}

// matMul is NumPy's matmul: leading axes broadcast, a vector is a row on the left and a column on the right.
func matMul(f *frame, in []*Value) ([]*Value, error) {
	a, b := in[0], in[1]
	if a.Type != b.Type || len(a.Shape) == 0 || len(b.Shape) == 0 {
		return nil, fmt.Errorf("inputs %v and %v do not multiply", a, b)
	}
	sa, sb := a.Shape, b.Shape
	if len(sa) == 1 {
		sa = []int{1, sa[0]}
	}
	if len(sb) == 1 {
		sb = []int{sb[0], 1}
	}
	ra, rb := len(sa)-2, len(sb)-2
	rows, inner, cols := sa[ra], sa[ra+1], sb[rb+1]
	batch, err := broadcastShape(sa[:ra], sb[:rb])
	if err != nil || inner != sb[rb] {
		return nil, fmt.Errorf("inputs %v and %v do not multiply", a, b)
	}
	shape := slices.Clone(batch)
	if len(a.Shape) > 1 {
		shape = append(shape, rows)
	}
	if len(b.Shape) > 1 {
		shape = append(shape, cols)
	}
	out, err := f.value(a.Type, shape)
	if err != nil || out.Len() == 0 {
		return one(out), err
	}
	stepA, stepB := broadcastStrides(sa[:ra], batch), broadcastStrides(sb[:rb], batch)
	walk(batch, func(i int, at []int) {
		ia, ib := 0, 0
		for k, n := range at {
			ia, ib = ia+n*stepA[k], ib+n*stepB[k]
		}
		ia, ib = ia*rows*inner, ib*inner*cols
		o := i * rows * cols
		switch a.Type.storage() {
		case inF32:
			y := compute.MatMul(compute.From(a.F32[ia:ia+rows*inner], rows, inner), compute.From(b.F32[ib:ib+inner*cols], inner, cols))
			copy(out.F32[o:], y.Data)
		case inF64:
			multiply(out.F64[o:o+rows*cols], a.F64[ia:], b.F64[ib:], inner, cols)
		case inI64:
			multiply(out.I64[o:o+rows*cols], a.I64[ia:], b.I64[ib:], inner, cols)
		case inI32:
			multiply(out.I32[o:o+rows*cols], a.I32[ia:], b.I32[ib:], inner, cols)
		default:
			err = fmt.Errorf("inputs are %v; int32, int64, float32 or float64 are needed", a.Type)
		}
	})
	out.narrow()
	return one(out), err
}

func multiply[T number](out, a, b []T, inner, cols int) {
	for i := range out {
		r, c := i/cols, i%cols
		var s T
		for k := range inner {
			s += a[r*inner+k] * b[k*cols+c]
		}
		out[i] = s
	}
}

// buildGemm: alpha*A'*B' + beta*C with optional transposes, C broadcast to the result.
func buildGemm(n *node) (kernel, error) {
	alpha, beta := n.floatAttr("alpha", 1), n.floatAttr("beta", 1)
	transA, transB := n.flag("transA"), n.flag("transB")
	n.ignore("broadcast")
	return func(f *frame, in []*Value) ([]*Value, error) {
		a, b, c := in[0], in[1], optional(in, 2)
		if a.Type != Float32 || b.Type != Float32 || c != nil && c.Type != Float32 || len(a.Shape) != 2 || len(b.Shape) != 2 {
			return nil, fmt.Errorf("inputs %v, %v and %v must be float32 matrices", a, b, c)
		}
		var err error
		if transA {
			if a, err = f.transpose(a, []int{1, 0}); err != nil {
				return nil, err
			}
		}
		inner, cols := b.Shape[0], b.Shape[1]
		if transB {
			inner, cols = cols, inner
		}
		if a.Shape[1] != inner {
			return nil, fmt.Errorf("inputs %v and %v do not multiply", in[0], in[1])
		}
		if _, err := elements([]int{a.Shape[0], cols}); err != nil {
			return nil, err
		}
		var y *compute.Tensor
		if transB {
			y = compute.Linear(a.tensor(), b.tensor(), nil)
		} else {
			y = compute.MatMul(a.tensor(), b.tensor())
		}
		if alpha != 1 {
			compute.Scale(y.Data, alpha)
		}
		if c == nil {
			return one(f.adopt(y)), nil
		}
		if shape, err := broadcastShape(c.Shape, y.Shape); err != nil || !slices.Equal(shape, y.Shape) {
			return nil, fmt.Errorf("addend %v does not broadcast to %v", c, y.Shape)
		}
		each(newRuns(y.Shape, c.Shape, y.Shape), y.Data, c.F32, func(at int, row, c []float32) {
			spread(row, row, c, func(y, c float32) float32 { return y + beta*c })
		})
		return one(f.adopt(y)), nil
	}, nil
}
