package gan_test

import (
	"strings"
	"testing"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/gan/gantest"
	"rewriting/onnx/write"
)

func TestAListingShowsWhichConvolutionsCannotBeEditedAndWhy(t *testing.T) {
	b := write.New("z", 1, 4, 1, 1)
	b.Node("enlarge", "ConvTranspose", []string{b.Weight("enlarge.weight", wave(4, 3, 4, 4))})
	b.Weight("shared", wave(3, 3, 3, 3))
	b.Node("one", "Conv", []string{"shared"}, "pads", []int{1, 1, 1, 1})
	b.Node("two", "Conv", []string{"shared"}, "pads", []int{1, 1, 1, 1})
	g := gantest.Load(t, b.Bytes())
	all := gan.Convolutions(g)
	if len(all) != 3 || len(g.Layers()) != 1 || all[0].Reason != nil || all[1].Reason == nil || all[1].Shape[0] != 3 {
		t.Fatalf("%+v", all)
	}
	_, err := gan.FindLayer(g, "shared")
	if err == nil || !strings.Contains(err.Error(), "number 2) cannot be edited: its weight is used by several nodes") {
		t.Errorf("%v", err)
	}
	_, err = gan.FindLayer(g, "other")
	if err == nil || !strings.Contains(err.Error(), "there is 1 (enlarge.weight)") {
		t.Errorf("%v", err)
	}
}

func wave(shape ...int) *compute.Tensor {
	t := compute.New(shape...)
	for i := range t.Data {
		t.Data[i] = float32(i%7)/7 - 0.4
	}
	return t
}
