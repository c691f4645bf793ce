package methods

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"gorgonia.org/gorgonia"

	"rewriting/compute"
	"rewriting/compute/autodiff"
	"rewriting/onnx"
	"rewriting/rewrite"
)

// field is a length-delimited field of a protocol buffer: text, bytes or a message.
func field(number protowire.Number, parts ...string) string {
	b := protowire.AppendTag(nil, number, protowire.BytesType)
	return string(protowire.AppendString(b, strings.Join(parts, "")))
}

func integer(number protowire.Number, v uint64) string {
	return string(protowire.AppendVarint(protowire.AppendTag(nil, number, protowire.VarintType), v))
}

// featureNetwork is an ONNX file with one 3x3 convolution to two channels and a ReLU, for pictures of any size.
func featureNetwork(t *testing.T) *onnx.Model {
	t.Helper()
	var raw []byte
	for i := range 2 * 3 * 9 {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(float32(math.Sin(float64(i)))))
	}
	const float = 1
	picture := func(name, channels string) string {
		shape := field(2, field(1, integer(1, 1)), field(1, channels), field(1, field(2, "h")), field(1, field(2, "w")))
		return field(1, name) + field(2, field(1, integer(1, float), shape))
	}
	weight := integer(1, 2) + integer(1, 3) + integer(1, 3) + integer(1, 3) + integer(2, float) + field(8, "w") + field(9, string(raw))
	pads := field(1, "pads") + integer(8, 1) + integer(8, 1) + integer(8, 1) + integer(8, 1) + integer(20, 7)
	graph := field(1, field(1, "image"), field(1, "w"), field(2, "c"), field(4, "Conv"), field(5, pads)) +
		field(1, field(1, "c"), field(2, "features"), field(4, "Relu")) +
		field(2, "tiny") + field(5, weight) +
		field(11, picture("image", integer(1, 3))) + field(12, picture("features", integer(1, 2)))
	m, err := onnx.Load([]byte(integer(1, 8) + field(8, integer(2, 17)) + field(7, graph)))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestFinetuningComparesPixelsAndFeaturesOfTheRectangle(t *testing.T) {
	task := toyTask(t, "finetune")
	task.Features, task.FeatureOutput = featureNetwork(t), "features"
	_, edit := mustApply(t, "finetune", task)

	picture, box, err := rewrite.PasteImage(task.Cut.Generator(), task.Table, task.Session)
	if err != nil {
		t.Fatal(err)
	}
	before, err := task.Cut.Generator().Image(task.Table.Item(task.Session.Paste.Image))
	if err != nil {
		t.Fatal(err)
	}
	drawn, wanted := rewrite.Crop(before, box), rewrite.Crop(picture, box)
	a, err := task.Features.Float(drawn)
	if err != nil {
		t.Fatal(err)
	}
	b, err := task.Features.Float(wanted)
	if err != nil {
		t.Fatal(err)
	}
	pixels := compute.L1(drawn.Data, wanted.Data) / float64(drawn.Len())
	features := compute.L2(a.Data, b.Data) / float64(a.Len())
	want := pixels + 0.01*features
	// float32 sums over a few hundred pixels, through another order of additions than the renderer's
	if math.Abs(edit.Losses[0]-want) > 1e-4*want || features == 0 {
		t.Errorf("first loss %.7g, want %.7g + 0.01 x %.7g", edit.Losses[0], pixels, features)
	}
	if last := len(edit.Losses) - 1; edit.Losses[last] >= edit.Losses[0] || len(edit.Warnings) != 0 {
		t.Errorf("losses %g to %g, warnings %q", edit.Losses[0], edit.Losses[last], edit.Warnings)
	}
}

func TestFinetuningWithoutANetworkSaysSo(t *testing.T) {
	task := toyTask(t, "finetune")
	task.Params.Steps = 1
	if _, edit := mustApply(t, "finetune", task); len(edit.Warnings) != 1 || !strings.Contains(edit.Warnings[0], "no feature network") {
		t.Errorf("warnings %q", edit.Warnings)
	}
	task.Params.FeatureWeight = 0
	if _, edit := mustApply(t, "finetune", task); len(edit.Warnings) != 0 {
		t.Errorf("warnings %q", edit.Warnings)
	}
}

func TestFinetuningRefusesANetworkItCannotUse(t *testing.T) {
	task := toyTask(t, "finetune")
	task.Features, task.FeatureOutput = featureNetwork(t), "relu4_2"
	m, err := Lookup("finetune")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Apply(t.Context(), task); err == nil || !strings.Contains(err.Error(), `features "relu4_2"`) {
		t.Errorf("%v", err)
	}
}

// The mapping's stored weights carry a multiplier of 0.01: their gradients must be those of the stored numbers,
// or one learning rate for all would move them far too much.
func TestGradientsAreThoseOfTheStoredParameters(t *testing.T) {
	task := toyTask(t, "finetune")
	generator := task.Cut.Generator()
	picture, box, err := rewrite.PasteImage(generator, task.Table, task.Session)
	if err != nil {
		t.Fatal(err)
	}
	g := gorgonia.NewGraph()
	nodes := map[string]*gorgonia.Node{}
	var params []*gorgonia.Node
	for _, name := range generator.Names() {
		nodes[name] = autodiff.Parameter(g, name, generator.Tensors()[name].Clone())
		params = append(params, nodes[name])
	}
	loss, err := task.pixelLoss(g, nodes, picture, box)
	if err != nil {
		t.Fatal(err)
	}
	p, err := autodiff.NewProblem(g, loss, params)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := p.Step(); err != nil {
		t.Fatal(err)
	}
	wanted := rewrite.Crop(picture, box)
	at := func(name string, element int, by float64) float64 {
		moved := generator.Tensors()[name].Clone()
		moved.Data[element] += float32(by)
		edited, err := generator.With(map[string]*compute.Tensor{name: moved})
		if err != nil {
			t.Fatal(err)
		}
		image, err := edited.Image(task.Table.Item(task.Session.Paste.Image))
		if err != nil {
			t.Fatal(err)
		}
		return compute.L1(rewrite.Crop(image, box).Data, wanted.Data) / float64(wanted.Len())
	}
	for i, name := range generator.Names() {
		if name != "style.1.weight" && name != "style.2.bias" && name != "input.input" && name != "convs.5.conv.weight" && name != "to_rgbs.2.conv.weight" {
			continue
		}
		grad := p.Grad(i)
		best := 0
		for e, v := range grad {
			if math.Abs(float64(v)) > math.Abs(float64(grad[best])) {
				best = e
			}
		}
		size := 0.0 // a step that is small for the parameter and large for float32
		for _, v := range generator.Tensors()[name].Data {
			size = max(size, math.Abs(float64(v)))
		}
		step := size / 200
		got := (at(name, best, step) - at(name, best, -step)) / (2 * step)
		if want := float64(grad[best]); math.Abs(got-want) > 0.05*math.Abs(want) { // curvature and the kinks of L1
			t.Errorf("%s[%d]: gradient %.5g, difference quotient %.5g", name, best, want, got)
		}
	}
}
