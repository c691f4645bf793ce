package metrics

import (
	"math"
	"strings"
	"testing"

	"rewriting/compute"
)

func near(t *testing.T, what string, got []float32, want ...float64) {
	t.Helper()
	for i, w := range want {
		if math.Abs(float64(got[i])-w) > 1e-5*max(1, math.Abs(w)) {
			t.Errorf("%s: %v, want %v", what, got[:len(want)], want)
			return
		}
	}
}

func ramp(h, w int, pixel func(c, row, col int) uint8) *compute.Tensor {
	x := compute.New(1, 3, h, w)
	for i := range x.Data {
		x.Data[i] = value(pixel(i/(h*w), i/w%h, i%w))
	}
	return x
}

// The vectors of the specification (metrics 11), through the metrics' own preprocessing.
func TestResizesGiveTheCheckVectors(t *testing.T) {
	row := []uint8{0, 10, 20}
	three := ramp(1, 3, func(_, _, col int) uint8 { return row[col] })
	eight := []uint8{0, 10, 50, 255, 255, 30, 0, 128}
	wide := ramp(1, 8, func(_, _, col int) uint8 { return eight[col] })
	for _, c := range []struct {
		rule string
		x    *compute.Tensor
		w    int
		want []float64
	}{
		{"nearest", three, 8, []float64{0, 0, 0, 10, 10, 10, 20, 20}},
		{"tf1-bilinear", three, 8, []float64{0, 3.75, 7.5, 11.25, 15, 18.75, 20, 20}},
		{"pillow-bilinear", wide, 5, []float64{4, 78, 237, 64, 76}},
		{"pillow-bilinear", wide, 11, []float64{0, 6, 23, 59, 208, 255, 204, 40, 10, 52, 128}},
		{"average", wide, 4, []float64{5, 152.5, 142.5, 64}},
		{"average", three, 2, []float64{5, 15}},
	} {
		p := Preprocess{Range: "0,255", Resize: c.rule, Size: []int{1, c.w}}
		got := p.apply(c.x).Data
		for i, want := range c.want {
			// 255 levels in float32 on the [-1,1] scale.
			if math.Abs(float64(got[i])-want) > 1e-4 {
				t.Errorf("%s to %d: %v, want %v", c.rule, c.w, got[:c.w], c.want)
				break
			}
		}
	}
}

func TestModesAreThePublishedRules(t *testing.T) {
	x := ramp(1024, 1024, func(c, row, col int) uint8 { return uint8(50*c + row%7 + 10*(col%5)) })
	mode := func(name string) *compute.Tensor {
		p, err := Preprocess{Mode: name}.over(NetworkInfo{})
		if err != nil {
			t.Fatal(err)
		}
		return p.apply(x)
	}
	at := func(y *compute.Tensor, c, row, col int) float64 {
		return float64(y.Data[(c*y.Dim(2)+row)*y.Dim(3)+col])
	}
	face := mode("official")
	if face.Dim(2) != 512 || at(face, 1, 3, 4) != float64(value(50+6+10*3)) {
		t.Errorf("face parser: %v, %v; want every other pixel", face.Shape, at(face, 1, 3, 4))
	}
	slim := mode("slimcnn")
	if slim.Dim(2) != 178 || slim.Dim(3) != 218 {
		t.Errorf("attributes: %v, want height 178 and width 218", slim.Shape)
	}
	// A 4 x 4 block averages to whole numbers of the pattern; BGR order puts red (0) last.
	small := mode("netpqc")
	want := 0.0
	for row := range 4 {
		for col := range 4 {
			want += float64(50*2+row+10*col) / 16
		}
	}
	near(t, "netpqc", []float32{small.Data[0], small.Data[256*256], small.Data[2*256*256]}, want-102.9801, want-50-115.9465, want-100-122.7717)
	near(t, "inception", mode("inception").Data, -1)
	if got := at(mode("imagenet"), 0, 0, 0); !(got < -1.8 && got > -2.2) {
		t.Errorf("imagenet: dark pixel %v", got)
	}
}

// FID's input: the whole row by the formula, source = target * in/out, then (v-128)/128.
func TestInceptionSeesTheResizeOfTensorFlow1(t *testing.T) {
	row := []uint8{0, 10, 20}
	x := ramp(1, 3, func(_, _, col int) uint8 { return row[col] })
	p := Preprocess{Range: "inception", Resize: "tf1-bilinear", Size: []int{1, 8}}
	var want []float64
	for _, v := range []float64{0, 3.75, 7.5, 11.25, 15, 18.75, 20, 20} {
		want = append(want, (v-128)/128)
	}
	near(t, "row", p.apply(x).Data, want...)
	x.Data[0] = -7 // a picture before the 8-bit round trip is clamped first
	near(t, "clamped", p.apply(x).Data, want...)
}

func TestTheNetworkNamesItsModeAndTheConfigMayChangeIt(t *testing.T) {
	n := NetworkInfo{Name: "net", Metadata: map[string]string{"mode": "official", "input_range": "-1,1"}}
	for _, c := range []struct {
		p    Preprocess
		want string
	}{
		{Preprocess{}, "RGB in [-1,1], resized to height 512, width 512 by nearest"},
		{Preprocess{Mode: "imagenet"}, "RGB normalised by the ImageNet mean and deviation, resized to height 512, width 512 by pillow-bilinear"},
		{Preprocess{Range: "0,1"}, "RGB in [0,1], resized to height 512, width 512 by nearest"},
		{Preprocess{Resize: "none"}, "RGB in [-1,1]"},
	} {
		p, err := c.p.over(n)
		if err != nil || p.String() != c.want {
			t.Errorf("%+v: %v, %v; want %s", c.p, p, err, c.want)
		}
	}
	n.Metadata["mode"] = "other"
	if _, err := (Preprocess{}).over(n); err == nil || !strings.Contains(err.Error(), `"other"`) {
		t.Errorf("unknown mode in the metadata: %v", err)
	}
	if err := (Preprocess{Mode: "bisenet"}).check(); err == nil || !strings.Contains(err.Error(), `"official"`) {
		t.Errorf("unknown mode: %v", err)
	}
	if _, err := Decode("lpips", "", map[string]any{"network": "n", "mode": "official", "regions": []any{"all"}}); err == nil {
		t.Error("LPIPS accepts a mode that resizes")
	}
}
