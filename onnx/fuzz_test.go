package onnx

import (
	"context"
	"runtime/debug"
	"slices"
	"testing"
)

// damageable are small models that between them use most kinds of operators.
func damageable() [][]byte {
	return [][]byte{
		small(13).bytes(),
		small(11).meta("golden", "{}").bytes(),
		features().bytes(),
		newModel(13).input("x", Float32, 2, 3, 4).constant("i", FromInts([]int64{1, -1})).constant("twice", FromInts([]int64{2})).
			node("Transpose", []string{"x"}, []string{"t"}, "perm", []int{2, 0, 1}).
			node("Gather", []string{"t", "i"}, []string{"g"}, "axis", 0).
			node("ReduceSum", []string{"g", "i"}, []string{"s"}).
			node("Concat", []string{"s", "s"}, []string{"c"}, "axis", 1).
			node("Slice", []string{"c", "i", "i"}, []string{"e"}).
			node("ArgMax", []string{"c"}, []string{"k"}, "axis", 1).
			node("Tile", []string{"i", "twice"}, []string{"r"}).
			node("Softmax", []string{"c"}, []string{"y"}).
			output("y", Float32).output("k", Int64).output("e", Float32).bytes(),
		newModel(10).input("x", Float32, 2, 3, 4).
			node("Pad", []string{"x"}, []string{"p"}, "pads", []int{1, 1, 1, 1, 1, -1}, "mode", "reflect").
			node("Split", []string{"p"}, []string{"a", "b"}, "axis", 0, "split", []int{1, 3}).
			node("Unsqueeze", []string{"a"}, []string{"u"}, "axes", []int{0}).
			node("DepthToSpace", []string{"u"}, []string{"y"}, "blocksize", 1).
			node("Flatten", []string{"b"}, []string{"z"}).
			output("y", Float32).output("z", Float32).bytes(),
		newModel(11).input("x", Float32, 1, 2, 5, 5).constant("s", vector(1, 1, 2, 0.5)).constant("w", wavy(1, 2, 1, 3, 3)).
			node("Resize", []string{"x", "", "s"}, []string{"r"}, "mode", "cubic").
			node("ConvTranspose", []string{"r", "w"}, []string{"t"}, "group", 2, "strides", []int{2, 1}, "output_padding", []int{1, 0}).
			node("MaxPool", []string{"t"}, []string{"m"}, "kernel_shape", []int{2, 2}, "ceil_mode", 1).
			node("AveragePool", []string{"m"}, []string{"a"}, "kernel_shape", []int{3, 3}, "pads", []int{1, 1, 1, 1}).
			node("LRN", []string{"a"}, []string{"y"}, "size", 3).output("y", Float32).bytes(),
	}
}

// tryModel loads and runs: whatever the bytes, that gives a result or an error, never a panic.
func tryModel(b []byte) error {
	m, err := Load(b)
	if err != nil {
		return err
	}
	inputs := map[string]*Value{}
	for _, p := range m.Inputs() {
		shape, size := []int{}, 1
		for _, d := range p.Dims {
			if d < 0 {
				d = 2
			}
			if d > 64 || size*d > 1<<12 {
				return nil
			}
			size *= d
			shape = append(shape, d)
		}
		v, err := (&frame{ws: newWorkspace()}).cast(wavy(1, shape...), p.Type)
		if err != nil {
			return err
		}
		inputs[p.Name] = v
	}
	if _, ok := m.Metadata()["golden"]; ok {
		return m.SelfTest()
	}
	_, err = m.Run(context.Background(), inputs)
	return err
}

// smallValues keeps damaged shapes from filling gigabytes.
func smallValues(t testing.TB) {
	before := maxElements
	maxElements = 1 << 16
	t.Cleanup(func() { maxElements = before })
}

func TestNoDamagedByteMakesAModelPanic(t *testing.T) {
	smallValues(t)
	for k, model := range damageable() {
		if err := tryModel(model); err != nil && k != 1 { // the golden case of model 1 is empty
			t.Fatalf("model %d, undamaged: %v", k, err)
		}
		for i := range model {
			damaged := slices.Clone(model)
			for _, flip := range []byte{0x01, 0x02, 0x07, 0x80, 0xff} {
				damaged[i] = model[i] ^ flip
				func() {
					defer func() {
						if r := recover(); r != nil {
							t.Fatalf("model %d, byte %d xor %#x: panic: %v\n%s", k, i, flip, r, debug.Stack())
						}
					}()
					_ = tryModel(damaged)
				}()
			}
			_ = tryModel(model[:i])
		}
	}
}

// FuzzLoad feeds arbitrary bytes in place of models.
func FuzzLoad(f *testing.F) {
	for _, b := range damageable() {
		f.Add(b)
	}
	smallValues(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) <= 1<<14 {
			_ = tryModel(b)
		}
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
