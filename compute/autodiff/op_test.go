package autodiff_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
	"rewriting/compute/autodiff"
)

type nodes = []*gorgonia.Node

// operation pairs an operation with its definition in float64.
type operation struct {
	name   string
	shapes [][]int
	build  func(n nodes) (*gorgonia.Node, error)
	naive  func(a []*array) *array
}

var (
	noise                           = random(1, 2, 1, 5, 4)
	fixedWeight, directions, styles = random(2, 4, 5, 3, 3), random(3, 2, 5), random(4, 2, 5)
)

func operations() []operation {
	strided := compute.Params{Stride: [2]int{2, 2}, Pad: [4]int{1, 1, 1, 1}, Groups: 2}
	return []operation{
		{"Conv2D", [][]int{{2, 3, 5, 4}, {4, 3, 3, 3}},
			func(n nodes) (*gorgonia.Node, error) { return autodiff.Conv2D(n[0], n[1], compute.Same3x3) },
			func(a []*array) *array { return naiveConv(a[0], a[1], 1, 1, 1) }},
		{"Conv2D with stride and groups", [][]int{{1, 4, 7, 6}, {6, 2, 3, 3}},
			func(n nodes) (*gorgonia.Node, error) { return autodiff.Conv2D(n[0], n[1], strided) },
			func(a []*array) *array { return naiveConv(a[0], a[1], 2, 1, 2) }},
		{"Conv2D 1x1", [][]int{{2, 3, 4, 4}, {3, 3, 1, 1}},
			func(n nodes) (*gorgonia.Node, error) { return autodiff.Conv2D(n[0], n[1], compute.Params{}) },
			func(a []*array) *array { return naiveConv(a[0], a[1], 1, 0, 1) }},
		{"UpConv", [][]int{{2, 3, 3, 4}, {2, 3, 3, 3}},
			func(n nodes) (*gorgonia.Node, error) { return autodiff.UpConv(n[0], n[1]) },
			func(a []*array) *array { return naiveUpConv(a[0], a[1]) }},
		{"Blur", [][]int{{2, 2, 7, 9}},
			func(n nodes) (*gorgonia.Node, error) { return autodiff.Blur(n[0], 1, 1) },
			func(a []*array) *array { return naiveBlur(a[0], 1, 1) }},
		{"Upsample2x", [][]int{{2, 3, 4, 5}},
			func(n nodes) (*gorgonia.Node, error) { return autodiff.Upsample2x(n[0]) },
			func(a []*array) *array { return naiveUpsample(a[0]) }},
		{"MaxPool2D", [][]int{{2, 2, 4, 6}},
			func(n nodes) (*gorgonia.Node, error) {
				return autodiff.MaxPool2D(n[0], [2]int{2, 2}, compute.Params{Stride: [2]int{2, 2}})
			},
			func(a []*array) *array { return naiveMaxPool(a[0], 2) }},
		{"ScaleChannels", [][]int{{2, 3, 5, 4}, {2, 3}},
			func(n nodes) (*gorgonia.Node, error) { return autodiff.ScaleChannels(n[0], n[1]) },
			func(a []*array) *array {
				return each(a[0], func(v float64, i int) float64 { return v * a[1].data[i/20] })
			}},
		{"Modulated", [][]int{{2, 3, 5, 4}, {4, 3, 3, 3}, {2, 3}},
			func(n nodes) (*gorgonia.Node, error) { return autodiff.Modulated(n[0], n[1], n[2], 0.25, false) },
			func(a []*array) *array { return naiveModulated(naiveConv(a[0], a[1], 1, 1, 1), a[1], a[2], 0.25) }},
		{"Modulated with upsampling", [][]int{{2, 3, 3, 4}, {2, 3, 3, 3}, {2, 3}},
			func(n nodes) (*gorgonia.Node, error) { return autodiff.Modulated(n[0], n[1], n[2], 0.25, true) },
			func(a []*array) *array {
				return naiveModulated(naiveBlur(naiveUpConv(a[0], a[1]), 1, 1), a[1], a[2], 0.25)
			}},
		{"DemodulateLowRank", [][]int{{4, 2, 3, 3}},
			func(n nodes) (*gorgonia.Node, error) {
				return autodiff.DemodulateLowRank(n[0], fixedWeight, directions, styles, 0.25)
			},
			func(a []*array) *array {
				return naiveDemodulate(naiveExpand(double(fixedWeight), a[0], double(directions)), double(styles), 0.25)
			}},
		{"NoiseBiasAct", [][]int{{2, 3, 5, 4}, {1}, {3}},
			func(n nodes) (*gorgonia.Node, error) { return autodiff.NoiseBiasAct(n[0], noise, n[1], n[2]) },
			func(a []*array) *array { return naiveAct(a[0], double(noise), a[1], a[2]) }},
		{"Linear", [][]int{{3, 5}, {4, 5}, {4}},
			func(n nodes) (*gorgonia.Node, error) { return autodiff.Linear(n[0], n[1], n[2], 0.5, 2) },
			func(a []*array) *array { return naiveLinear(a[0], a[1], a[2], 0.5, 2) }},
		{"PixelNorm", [][]int{{2, 5, 3, 2}},
			func(n nodes) (*gorgonia.Node, error) { return autodiff.PixelNorm(n[0]) },
			func(a []*array) *array { return naivePixelNorm(a[0]) }},
		{"LeakyReLU", [][]int{{2, 3, 4}},
			func(n nodes) (*gorgonia.Node, error) { return autodiff.LeakyReLU(n[0], 0.2, 1.5) },
			func(a []*array) *array {
				return each(a[0], func(v float64, _ int) float64 { return 1.5 * max(v, float64(float32(0.2))*v) })
			}},
		{"Relu", [][]int{{2, 12}},
			func(n nodes) (*gorgonia.Node, error) { return autodiff.Relu(n[0]) },
			func(a []*array) *array { return each(a[0], func(v float64, _ int) float64 { return max(v, 0) }) }},
		{"AddChannelBias", [][]int{{2, 3, 2, 2}, {3}},
			func(n nodes) (*gorgonia.Node, error) { return autodiff.AddChannelBias(n[0], n[1]) },
			func(a []*array) *array {
				return each(a[0], func(v float64, i int) float64 { return v + a[1].data[i/4%3] })
			}},
		{"Add", [][]int{{2, 3}, {2, 3}},
			func(n nodes) (*gorgonia.Node, error) { return autodiff.Add(n[0], n[1]) },
			func(a []*array) *array {
				return each(a[0], func(v float64, i int) float64 { return v + a[1].data[i] })
			}},
		{"Sub", [][]int{{2, 3}, {2, 3}},
			func(n nodes) (*gorgonia.Node, error) { return autodiff.Sub(n[0], n[1]) },
			func(a []*array) *array {
				return each(a[0], func(v float64, i int) float64 { return v - a[1].data[i] })
			}},
		{"Mul", [][]int{{2, 3}, {2, 3}},
			func(n nodes) (*gorgonia.Node, error) { return autodiff.Mul(n[0], n[1]) },
			func(a []*array) *array {
				return each(a[0], func(v float64, i int) float64 { return v * a[1].data[i] })
			}},
		{"a square", [][]int{{2, 3}},
			func(n nodes) (*gorgonia.Node, error) { return autodiff.Mul(n[0], n[0]) },
			func(a []*array) *array { return each(a[0], func(v float64, _ int) float64 { return v * v }) }},
		{"Scale", [][]int{{2, 3}},
			func(n nodes) (*gorgonia.Node, error) { return autodiff.Scale(n[0], -0.75) },
			func(a []*array) *array { return each(a[0], func(v float64, _ int) float64 { return -0.75 * v }) }},
		{"Clamp", [][]int{{3, 5}},
			func(n nodes) (*gorgonia.Node, error) { return autodiff.Clamp(n[0], -0.5, 1) },
			func(a []*array) *array {
				return each(a[0], func(v float64, _ int) float64 { return min(max(v, -0.5), 1) })
			}},
		{"UpsampleNearest", [][]int{{2, 2, 3, 2}},
			func(n nodes) (*gorgonia.Node, error) { return autodiff.UpsampleNearest(n[0]) },
			func(a []*array) *array {
				return each(zeros(2, 2, 6, 4), func(_ float64, i int) float64 {
					return a[0].data[i/24*6+i%24/4/2*2+i%4/2]
				})
			}},
		{"Reshape", [][]int{{2, 6}},
			func(n nodes) (*gorgonia.Node, error) { return autodiff.Reshape(n[0], 3, 1, 4) },
			func(a []*array) *array { return &array{[]int{3, 1, 4}, a[0].data} }},
		{"Repeat", [][]int{{1, 2, 3, 2}},
			func(n nodes) (*gorgonia.Node, error) { return autodiff.Repeat(n[0], 3) },
			func(a []*array) *array {
				return each(zeros(3, 2, 3, 2), func(_ float64, i int) float64 { return a[0].data[i%12] })
			}},
		{"Slice", [][]int{{2, 5, 3}},
			func(n nodes) (*gorgonia.Node, error) { return autodiff.Slice(n[0], 1, 1, 3) },
			func(a []*array) *array {
				return each(zeros(2, 2, 3), func(_ float64, i int) float64 { return a[0].data[i/6*15+3+i%6] })
			}},
	}
}

func random(seed uint64, shape ...int) *compute.Tensor {
	r := rand.New(rand.NewPCG(seed, 0))
	t := compute.New(shape...)
	for i := range t.Data {
		t.Data[i] = float32(r.NormFloat64())
	}
	return t
}

func double(t *compute.Tensor) *array {
	a := zeros(t.Shape...)
	for i, v := range t.Data {
		a.data[i] = float64(v)
	}
	return a
}

// Loss: the mean squared distance of the operation's result to a random target. Its value and all gradients are
// compared with the definition in float64 and central differences of it. Sums here have at most a hundred float32
// terms of order one, so 2e-5 is ample; the differences themselves are good to about 1e-9.
func TestOperationsAgreeWithTheirDefinitionsAndFiniteDifferences(t *testing.T) {
	for _, c := range append(operations(), generatorOperations()...) {
		t.Run(c.name, func(t *testing.T) {
			g := gorgonia.NewGraph()
			var params nodes
			var inputs []*array
			for i, s := range c.shapes {
				v := random(uint64(i)+10, s...)
				params = append(params, autodiff.Parameter(g, "input", v))
				inputs = append(inputs, double(v))
			}
			y, err := c.build(params)
			if err != nil {
				t.Fatal(err)
			}
			want := c.naive(inputs)
			target := random(99, want.shape...)
			loss, err := autodiff.L2Mean(y, autodiff.Constant(g, "target", target))
			if err != nil {
				t.Fatal(err)
			}
			p, err := autodiff.NewProblem(g, loss, params)
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			evaluate := func() float64 {
				var sum float64
				r := c.naive(inputs)
				for i, v := range r.data {
					d := v - float64(target.Data[i])
					sum += d * d
				}
				return sum / float64(len(r.data))
			}
			for range 2 { // the second run reuses the first one's memory
				got, err := p.Step()
				if err != nil {
					t.Fatal(err)
				}
				if want := evaluate(); math.Abs(got-want) > 2e-5*max(1, want) {
					t.Errorf("loss %v, want %v", got, want)
				}
			}
			for i, in := range inputs {
				for j := range in.data {
					const h = 1e-5
					v := in.data[j]
					in.data[j] = v + h
					high := evaluate()
					in.data[j] = v - h
					low := evaluate()
					in.data[j] = v
					want, got := (high-low)/(2*h), float64(p.Grad(i)[j])
					if math.Abs(got-want) > 2e-5*max(1, math.Abs(want)) {
						t.Fatalf("gradient by element %d of input %d: %v, want %v", j, i, got, want)
					}
				}
			}
		})
	}
}
