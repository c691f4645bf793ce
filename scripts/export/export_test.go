package export

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"testing"

	"rewriting/compute"
	"rewriting/onnx"
)

// picture is the input rule of the golden numbers: sin(0.05 (c+1) col + 0.03 row + c), and for the second
// image of LPIPS shift*sin(0.1 col) more inside the sine.
func picture(h, w int, shift float64) *onnx.Value {
	x := compute.New(1, 3, h, w)
	for i := range x.Data {
		c, row, col := float64(i/(h*w)), float64(i/w%h), float64(i%w)
		x.Data[i] = float32(math.Sin(0.05*(c+1)*col + 0.03*row + c + shift*math.Sin(0.1*col)))
	}
	return onnx.FromTensor(x)
}

func sum(v []float32) float64 {
	s := 0.0
	for _, x := range v {
		s += float64(x)
	}
	return s
}

// plane is channel k of [1,K,H,W].
func plane(x *compute.Tensor, k int) []float32 {
	n := x.Dim(2) * x.Dim(3)
	return x.Data[k*n:][:n]
}

// counts is how many pixels have each class of channels from..from+k as their arg-max.
func counts(x *compute.Tensor, from, k int) map[int]int {
	found := map[int]int{}
	n := x.Dim(2) * x.Dim(3)
	for i := range n {
		best := from
		for c := from; c < from+k; c++ {
			if x.Data[c*n+i] > x.Data[best*n+i] {
				best = c
			}
		}
		found[best-from]++
	}
	return found
}

// softmax is the probability of class k among channels from..from+n at one pixel.
func softmax(x *compute.Tensor, from, n, k, at int) float64 {
	total := 0.0
	for c := from; c < from+n; c++ {
		total += math.Exp(float64(plane(x, c)[at]))
	}
	return math.Exp(float64(plane(x, from+k)[at])) / total
}

type golden struct {
	what      string
	got, want float64
}

// numbers pairs what was got with what is expected, in order.
func numbers(what string, got []float64, want ...float64) []golden {
	var g []golden
	for i, w := range want {
		g = append(g, golden{what, got[i], w})
	}
	return g
}

func pick(v []float32, at ...int) []float64 {
	var p []float64
	for _, i := range at {
		p = append(p, float64(v[i]))
	}
	return p
}

type outputs map[string]*compute.Tensor

var cases = map[string]struct {
	h, w   int
	inputs []string
	check  func(outputs) []golden
}{
	"slimcnn": {178, 218, []string{"x"}, func(y outputs) []golden {
		v := y["logits"].Data
		return append(numbers("logits", pick(v, 0, 1, 2, 3, 31), -0.0548546, 0.108193, -0.136052, -0.0282963, -0.0448295),
			golden{"sum", sum(v), 0.54686689})
	}},
	"bisenet": {512, 512, []string{"x"}, func(y outputs) []golden {
		x := y["logits"]
		var g []golden
		at := map[int][]float64{0: {-0.110008, -0.331183, 0.0457579, 0.305364}, 100*512 + 257: {-0.280841, -0.308999, -0.0860427, 0.695337}}
		for p, want := range at {
			for i, class := range []int{0, 11, 12, 13} {
				g = append(g, golden{"logit", float64(plane(x, class)[p]), want[i]})
			}
		}
		n := counts(x, 0, 19)
		return append(g, golden{"sum", sum(x.Data), 68881.466}, golden{"pixels of 3", float64(n[3]), 14},
			golden{"pixels of 6", float64(n[6]), 21}, golden{"pixels of 13", float64(n[13]), 262109})
	}},
	"inception": {299, 299, []string{"x"}, func(y outputs) []golden {
		v := y["features"].Data
		return append(numbers("features", pick(v, 0, 1, 2, 3, 2046, 2047), 0, 0.06522, 0.0243495, 0.032964, 0.0402135, 0.0685979),
			golden{"sum", sum(v), 82.168261})
	}},
	"vgg19": {224, 224, []string{"x"}, func(y outputs) []golden {
		var g []golden
		for name, want := range map[string]float64{"relu1_1": 920387.03, "relu2_1": 211001.86, "relu3_1": 51561.264, "relu4_1": 15061.658, "relu5_1": 3147.2147} {
			g = append(g, golden{name, sum(y[name].Data), want})
		}
		return append(g, golden{"relu5_1[5][3][4]", float64(plane(y["relu5_1"], 5)[3*14+4]), 0.0737943},
			golden{"relu2_1[5][3][4]", float64(plane(y["relu2_1"], 5)[3*112+4]), 0.450499})
	}},
	"vgg16-relu4_2": {64, 64, []string{"x"}, func(y outputs) []golden {
		x := y["relu4_2"]
		return []golden{{"sum", sum(x.Data), 1296.5029}, {"[5][3][4]", float64(plane(x, 5)[3*8+4]), 0.00197379}}
	}},
	"netpqc": {256, 256, []string{"x"}, func(y outputs) []golden {
		objects := compute.ResizeBilinear(y["object"], 256, 256, compute.HalfPixel)
		parts := compute.ResizeBilinear(y["part"], 256, 256, compute.HalfPixel)
		at := 100*256 + 200
		g := []golden{
			{"object 4", softmax(objects, 0, 336, 4, 0), 0.00298427}, {"object 5", softmax(objects, 0, 336, 5, 0), 0.00276379},
			{"object 4", softmax(objects, 0, 336, 4, at), 0.00296501}, {"object 5", softmax(objects, 0, 336, 5, at), 0.00288798},
			{"part 0", softmax(parts, 2, 24, 0, 0), 0.0379966}, {"part 16", softmax(parts, 2, 24, 16, 0), 0.0486151},
			{"part 0", softmax(parts, 2, 24, 0, at), 0.0325895}, {"part 16", softmax(parts, 2, 24, 16, at), 0.0541478},
		}
		n := counts(objects, 0, 336)
		for k, want := range map[int]float64{172: 62319, 164: 2478, 62: 582, 78: 69, 118: 51, 291: 37} {
			g = append(g, golden{"pixels of an object", float64(n[k]), want})
		}
		n = counts(parts, 2, 24)
		for k, want := range map[int]float64{2: 16, 16: 64916, 20: 12, 22: 592} {
			g = append(g, golden{"pixels of a part", float64(n[k]), want})
		}
		return g
	}},
	"lpips-alex": {256, 256, []string{"image0", "image1"}, func(y outputs) []golden {
		return distances(y, []float64{0.026308538, 0.02630604, 0.026446206}, 0.0181857, 0.0258336, 0.0211722, 0.0226551)
	}},
	"lpips-vgg": {256, 256, []string{"image0", "image1"}, func(y outputs) []golden {
		return distances(y, []float64{0.025858733, 0.025858733, 0.026156459}, 0.00491717, 0.029004, 0.0099054, 0.00464565)
	}},
}

func distances(y outputs, means []float64, at ...float64) []golden {
	d := y["map"].Data
	var masked, n float64
	for i, v := range d {
		if row, col := i/256, i%256; row < 64 || row >= 128 || col < 100 || col >= 180 {
			masked += float64(v)
			n++
		}
	}
	g := numbers("map", pick(d, 0, 10*256+20, 128*256+128, 255*256+255), at...)
	return append(g, golden{"scalar", float64(y["lpips"].Data[0]), means[0]}, golden{"mean", sum(d) / float64(len(d)), means[1]},
		golden{"masked mean", masked / n, means[2]})
}

func TestFormulaWeightsGiveTheGoldenNumbers(t *testing.T) {
	dir := os.Getenv("REWRITING_EXPORTS")
	if dir == "" {
		t.Skip("REWRITING_EXPORTS names no folder of networks exported with formula weights")
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			file, err := os.ReadFile(filepath.Join(dir, name+".onnx"))
			if errors.Is(err, fs.ErrNotExist) {
				t.Skip("not exported")
			} else if err != nil {
				t.Fatal(err)
			}
			m, err := onnx.Load(file)
			if err != nil {
				t.Fatal(err)
			}
			if m.Metadata()["weights"] != "formula" {
				t.Skip("exported with other weights")
			}
			if err := m.SelfTest(); err != nil {
				t.Error(err)
			}
			in := map[string]*onnx.Value{}
			for i, input := range c.inputs {
				in[input] = picture(c.h, c.w, 0.2*float64(i))
			}
			out, err := m.Run(context.Background(), in)
			if err != nil {
				t.Fatal(err)
			}
			y := outputs{}
			for k, v := range out {
				if y[k], err = v.Tensor(); err != nil {
					t.Fatal(err)
				}
			}
			worst := 0.0
			for _, g := range c.check(y) {
				// Float32 agrees with the float64 goldens to about 1e-5; numbers near zero by as much of 0.01.
				err := math.Abs(g.got-g.want) / max(math.Abs(g.want), 1e-2)
				allowed := 2e-5
				if g.want == math.Trunc(g.want) && g.want > 1 {
					allowed = 2 / g.want // a count of pixels: a near tie may fall either way
				} else {
					worst = max(worst, err)
				}
				if !(err <= allowed) {
					t.Errorf("%s: %v, want %v", g.what, g.got, g.want)
				}
			}
			t.Logf("largest relative error %.1e", worst)
		})
	}
}

// The small network has the parts that make the large ones difficult: uneven kernels, averages that leave the
// padding out, depthwise convolutions, attention, RoI pooling by matrices, three kinds of resizing.
func TestTheSmallNetworkAnswersAsONNXRuntime(t *testing.T) {
	file, err := os.ReadFile("testdata/small.onnx")
	if err != nil {
		t.Fatal(err)
	}
	m, err := onnx.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.SelfTest(); err != nil {
		t.Error(err)
	}
}
