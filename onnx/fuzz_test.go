package onnx

import (
	"context"
	"testing"
)

// FuzzLoad feeds damaged models: whatever comes, loading and running give a result or an error, never a panic.
func FuzzLoad(f *testing.F) {
	f.Add(small(13).bytes())
	f.Add(small(11).meta("golden", "{}").bytes())
	f.Add(newModel(13).input("x", Float32, 2, 3, 4).constant("i", FromInts([]int64{1, -1})).
		node("Transpose", []string{"x"}, []string{"t"}, "perm", []int{2, 0, 1}).
		node("Gather", []string{"t", "i"}, []string{"g"}, "axis", 0).
		node("ReduceSum", []string{"g", "i"}, []string{"s"}).
		node("Concat", []string{"s", "s"}, []string{"c"}, "axis", 1).
		node("Pad", []string{"c"}, []string{"y"}, "pads", []int{1, 1, 1, 1, 1, 1}, "mode", "reflect").
		output("y", Float32).bytes())
	f.Add(newModel(11).input("x", Float32, 1, 2, 5, 5).constant("s", vector(1, 1, 2, 0.5)).constant("w", wavy(1, 2, 1, 3, 3)).
		node("Resize", []string{"x", "", "s"}, []string{"r"}, "mode", "cubic").
		node("ConvTranspose", []string{"r", "w"}, []string{"t"}, "group", 2, "strides", []int{2, 1}, "output_padding", []int{1, 0}).
		node("MaxPool", []string{"t"}, []string{"m"}, "kernel_shape", []int{2, 2}, "ceil_mode", 1).
		node("AveragePool", []string{"m"}, []string{"a"}, "kernel_shape", []int{3, 3}, "pads", []int{1, 1, 1, 1}).
		node("Softmax", []string{"a"}, []string{"y"}).output("y", Float32).bytes())
	maxElements = 1 << 16
	f.Cleanup(func() { maxElements = 1 << 28 })
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<14 {
			return
		}
		m, err := Load(b)
		if err != nil {
			return
		}
		inputs := map[string]*Value{}
		for _, p := range m.Inputs() {
			v := &Value{Type: p.Type}
			size := 1
			for _, d := range p.Dims {
				if d < 0 {
					d = 2
				}
				if d > 64 || size*d > 1<<12 {
					return
				}
				size *= d
				v.Shape = append(v.Shape, d)
			}
			w, err := (&frame{ws: newWorkspace()}).cast(wavy(1, v.Shape...), p.Type)
			if err != nil {
				return
			}
			inputs[p.Name] = w
		}
		_, _ = m.Run(context.Background(), inputs) // an error is fine, a panic is not
		_ = m.SelfTest()
	})
}

// FuzzParseTensor does the same for stand-alone tensors.
func FuzzParseTensor(f *testing.F) {
	f.Add(tensorBytes("t", wavy(1, 2, 3)))
	f.Add(tensorBytes("t", FromInts([]int64{1, -1})))
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := ParseTensor(b)
		if err == nil {
			err = v.check()
		}
		if err == nil && v.Len() > len(b) {
			t.Errorf("%d elements from %d bytes", v.Len(), len(b))
		}
	})
}
