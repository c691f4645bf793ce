package onnx

import (
	"fmt"
	"math"
	"testing"
)

// opCase is one operator on given inputs, built in code.
type opCase struct {
	name   string
	opset  int
	op     string
	attrs  []any
	inputs []*Value // nil is an absent optional
	want   *Value
}

func (c opCase) run(t *testing.T) {
	b := newModel(c.opset)
	feeds := map[string]*Value{}
	var names []string
	for i, v := range c.inputs {
		if v == nil {
			names = append(names, "")
			continue
		}
		name := fmt.Sprintf("in%d", i)
		dims := make([]any, len(v.Shape))
		for k, d := range v.Shape {
			dims[k] = d
		}
		b.input(name, v.Type, dims...)
		feeds[name], names = v, append(names, name)
	}
	m := b.node(c.op, names, []string{"y"}, c.attrs...).output("y", c.want.Type).load(t)
	if err := compare(mustRun(t, m, feeds)["y"], c.want, 1e-6, 1e-6); err != nil {
		t.Error(err)
	}
}

func vector(x ...float32) *Value { return floats([]int{len(x)}, x...) }

// TestOperatorsFollowTheImportedOpset covers what changed between opsets, with results worked out by hand.
func TestOperatorsFollowTheImportedOpset(t *testing.T) {
	e := float32(math.E)
	m22 := floats([]int{2, 2}, 1, 2, 3, 4)
	cases := []opCase{
		{"softmax over the rest", 11, "Softmax", nil, []*Value{floats([]int{1, 2, 2}, 0, 0, 0, 0)}, floats([]int{1, 2, 2}, .25, .25, .25, .25)},
		{"softmax over the last axis", 13, "Softmax", nil, []*Value{floats([]int{1, 2, 2}, 0, 1, 1, 1)},
			floats([]int{1, 2, 2}, 1/(1+e), e/(1+e), .5, .5)},
		{"sum over attribute axes", 11, "ReduceSum", []any{"axes", []int{0}, "keepdims", 0}, []*Value{m22}, vector(4, 6)},
		{"sum over input axes", 13, "ReduceSum", []any{"keepdims", 0}, []*Value{m22, FromInts([]int64{1})}, vector(3, 7)},
		{"sum over nothing", 13, "ReduceSum", []any{"noop_with_empty_axes", 1}, []*Value{m22}, m22},
		{"mean over apart axes", 17, "ReduceMean", []any{"axes", []int{0, 2}, "keepdims", 0},
			[]*Value{floats([]int{2, 2, 2}, 0, 1, 2, 3, 4, 5, 6, 7)}, vector(2.5, 4.5)},
		{"mean over input axes", 18, "ReduceMean", nil, []*Value{m22, FromInts([]int64{-1})}, floats([]int{2, 1}, 1.5, 3.5)},
		{"clip by attributes", 9, "Clip", []any{"min", float32(0), "max", float32(2)}, []*Value{vector(-1, 1, 3)}, vector(0, 1, 2)},
		{"clip by maximum only", 13, "Clip", nil, []*Value{vector(-1, 1, 3), nil, floats([]int{}, 2)}, vector(-1, 1, 2)},
		{"squeeze by attribute", 11, "Squeeze", []any{"axes", []int{0}}, []*Value{floats([]int{1, 1, 2}, 1, 2)}, floats([]int{1, 2}, 1, 2)},
		{"squeeze by input", 13, "Squeeze", nil, []*Value{floats([]int{1, 1, 2}, 1, 2), FromInts([]int64{-2})}, floats([]int{1, 2}, 1, 2)},
		{"slice by attributes", 9, "Slice", []any{"starts", []int{1}, "ends", []int{9}}, []*Value{vector(1, 2, 3)}, vector(2, 3)},
		{"slice backwards", 13, "Slice", nil,
			[]*Value{vector(1, 2, 3), FromInts([]int64{-1}), FromInts([]int64{math.MinInt64}), FromInts([]int64{0}), FromInts([]int64{-2})}, vector(3, 1)},
		{"pad by attribute", 9, "Pad", []any{"pads", []int{1, 0}, "value", float32(7)}, []*Value{vector(1, 2)}, vector(7, 1, 2)},
		{"pad and cut", 18, "Pad", []any{"mode", "reflect"}, []*Value{vector(1, 2, 3), FromInts([]int64{2, -1})}, vector(3, 2, 1, 2)},
		{"resize of opset 10", 10, "Resize", nil, []*Value{vector(1, 2), vector(2)}, vector(1, 1, 2, 2)},
		{"half pixel", 13, "Resize", []any{"mode", "linear"}, []*Value{vector(0, 10, 20), nil, nil, FromInts([]int64{8})},
			vector(0, 0.625, 4.375, 8.125, 11.875, 15.625, 19.375, 20)},
		{"align corners", 13, "Resize", []any{"mode", "linear", "coordinate_transformation_mode", "align_corners"},
			[]*Value{vector(0, 10, 20), nil, nil, FromInts([]int64{8})},
			vector(0, 2.857143, 5.714286, 8.571429, 11.428572, 14.285715, 17.142859, 20)},
		{"asymmetric linear", 13, "Resize", []any{"mode", "linear", "coordinate_transformation_mode", "asymmetric"},
			[]*Value{vector(0, 10, 20), nil, nil, FromInts([]int64{8})}, vector(0, 3.75, 7.5, 11.25, 15, 18.75, 20, 20)},
		{"asymmetric floor", 13, "Resize", []any{"mode", "nearest", "coordinate_transformation_mode", "asymmetric", "nearest_mode", "floor"},
			[]*Value{vector(0, 10, 20), nil, nil, FromInts([]int64{8})}, vector(0, 0, 0, 10, 10, 10, 20, 20)},
		{"broadcast on both sides", 13, "Sub", nil, []*Value{floats([]int{2, 1}, 1, 2), vector(1, 2, 3)}, floats([]int{2, 3}, 0, -1, -2, 1, 0, -1)},
		{"divide by a channel", 13, "Div", nil, []*Value{floats([]int{4, 2}, 1, 2, 3, 4, 5, 6, 7, 8), vector(2, 4)},
			floats([]int{4, 2}, .5, .5, 1.5, 1, 2.5, 1.5, 3.5, 2)},
		{"divide by something tiny", 13, "Div", nil, []*Value{floats([]int{4, 2}, 0, 1, 0, 1, 0, 1, 0, 1), vector(1e-40, 1)},
			floats([]int{4, 2}, 0, 1, 0, 1, 0, 1, 0, 1)},
		{"leak above one", 13, "LeakyRelu", []any{"alpha", float32(2)}, []*Value{vector(-1, 1)}, vector(-2, 1)},
		{"range", 13, "Range", nil, []*Value{floats([]int{}, 1), floats([]int{}, 2), floats([]int{}, 0.25)}, vector(1, 1.25, 1.5, 1.75)},
		{"sign", 13, "Sign", nil, []*Value{vector(-3, 0, 2)}, vector(-1, 0, 1)},
		{"log softmax of large numbers", 13, "LogSoftmax", nil, []*Value{vector(1e4, 1e4)}, vector(-math.Ln2, -math.Ln2)},
		{"selu at zero", 13, "Selu", nil, []*Value{vector(0, 1)}, vector(0, 1.050701)},
		{"hard swish", 14, "HardSwish", nil, []*Value{vector(-4, 0, 3, 4)}, vector(0, 0, 3, 4)},
		{"log-sum-exp", 13, "ReduceLogSumExp", []any{"keepdims", 0}, []*Value{vector(1000, 1000)}, floats([]int{}, 1000+math.Ln2)},
		{"python modulo", 13, "Mod", nil, []*Value{FromInts([]int64{-5, 5}), FromInts([]int64{3, -3})}, FromInts([]int64{1, -1})},
		{"greater", 13, "Greater", nil, []*Value{vector(1, 2), vector(2, 1)}, &Value{Type: Bool, Shape: []int{2}, Bool: []bool{false, true}}},
	}
	for _, c := range cases {
		t.Run(c.name, c.run)
	}
}

// TestConvolutionGeometryAgreesWithPlainLoops compares the packed kernels, in one and two axes, with the loops for any number of axes.
func TestConvolutionGeometryAgreesWithPlainLoops(t *testing.T) {
	cases := []struct {
		name        string
		x, w        []int
		groups      int
		strides     []int
		pads, dilat []int
		auto        string
	}{
		{"same", []int{2, 3, 7, 6}, []int{4, 3, 3, 3}, 1, nil, []int{1, 1, 1, 1}, nil, ""},
		{"one side padded", []int{1, 2, 7, 6}, []int{3, 2, 3, 3}, 1, []int{2, 1}, []int{0, 0, 1, 2}, nil, ""},
		{"inception's row", []int{1, 4, 5, 9}, []int{4, 4, 1, 7}, 1, nil, []int{0, 3, 0, 3}, nil, ""},
		{"depthwise", []int{2, 4, 6, 6}, []int{4, 1, 3, 3}, 4, []int{2, 2}, []int{1, 1, 1, 1}, nil, ""},
		{"two groups, dilated", []int{1, 4, 9, 9}, []int{6, 2, 3, 3}, 2, nil, []int{2, 2, 2, 2}, []int{2, 2}, ""},
		{"same upper", []int{1, 2, 7, 8}, []int{3, 2, 4, 3}, 1, []int{2, 2}, nil, nil, "SAME_UPPER"},
		{"one axis", []int{2, 3, 11}, []int{4, 3, 5}, 1, []int{2}, []int{2, 1}, nil, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			x, w, b := wavy(1, c.x...), wavy(2, c.w...), wavy(3, c.w[0])
			attrs := []any{"group", c.groups}
			for name, v := range map[string][]int{"strides": c.strides, "pads": c.pads, "dilations": c.dilat} {
				if v != nil {
					attrs = append(attrs, name, v)
				}
			}
			win := window{kernel: c.w[2:], strides: c.strides, dilations: c.dilat, pads: c.pads, auto: "NOTSET"}
			if c.auto != "" {
				attrs, win.auto = append(attrs, "auto_pad", c.auto), c.auto
			}
			win, err := win.complete(len(c.x) - 2)
			if err != nil {
				t.Fatal(err)
			}
			pads, size, err := win.place(c.x[2:])
			if err != nil {
				t.Fatal(err)
			}
			want := wavy(0, append([]int{c.x[0], c.w[0]}, size...)...)
			convolveVolume(want, x, w, b.F32, win, pads, c.groups)
			packed := newModel(13).input("x", Float32).constant("w", w).constant("b", b).
				node("Conv", []string{"x", "w", "b"}, []string{"y"}, attrs...).output("y", Float32)
			free := newModel(13).input("x", Float32).input("w", Float32).input("b", Float32).
				node("Conv", []string{"x", "w", "b"}, []string{"y"}, attrs...).output("y", Float32)
			// Sums of at most 27 products of numbers below one, in another order.
			if err := compare(mustRun(t, packed.load(t), map[string]*Value{"x": x})["y"], want, 1e-5, 1e-5); err != nil {
				t.Errorf("packed: %v", err)
			}
			if err := compare(mustRun(t, free.load(t), map[string]*Value{"x": x, "w": w, "b": b})["y"], want, 1e-5, 1e-5); err != nil {
				t.Errorf("unpacked: %v", err)
			}
		})
	}
}
