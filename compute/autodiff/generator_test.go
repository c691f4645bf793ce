package autodiff_test

import (
	"math"
	"testing"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
	"rewriting/compute/autodiff"
)

// naiveConvTranspose scatters every key under the kernel, by definition.
func naiveConvTranspose(x, w *array, stride, pad, extra int) *array {
	kh, kw := w.shape[2], w.shape[3]
	y := zeros(x.shape[0], w.shape[1], (x.shape[2]-1)*stride+kh-2*pad+extra, (x.shape[3]-1)*stride+kw-2*pad+extra)
	for n := range x.shape[0] {
		for i := range x.shape[1] {
			for a := range x.shape[2] {
				for b := range x.shape[3] {
					for o := range y.shape[1] {
						for ky := range kh {
							for kx := range kw {
								r, s := a*stride-pad+ky, b*stride-pad+kx
								if r >= 0 && s >= 0 && r < y.shape[2] && s < y.shape[3] {
									y.data[y.at(n, o, r, s)] += x.data[x.at(n, i, a, b)] * w.data[w.at(i, o, ky, kx)]
								}
							}
						}
					}
				}
			}
		}
	}
	return y
}

func naiveInstanceNorm(x *array, epsilon float64) *array {
	area := x.shape[2] * x.shape[3]
	return each(x, func(v float64, i int) float64 {
		plane := x.data[i/area*area:][:area]
		var mean, variance float64
		for _, p := range plane {
			mean += p / float64(area)
		}
		for _, p := range plane {
			variance += (p - mean) * (p - mean) / float64(area)
		}
		return (v - mean) / math.Sqrt(variance+epsilon)
	})
}

// generatorOperations are those of generators that come as ONNX.
func generatorOperations() []operation {
	return []operation{
		{"ConvTranspose2D", [][]int{{2, 3, 4, 3}, {3, 2, 4, 4}},
			func(n nodes) (*gorgonia.Node, error) {
				return autodiff.ConvTranspose2D(n[0], n[1], compute.Params{Stride: [2]int{2, 2}, Pad: [4]int{1, 1, 1, 1}}, [2]int{})
			},
			func(a []*array) *array { return naiveConvTranspose(a[0], a[1], 2, 1, 0) }},
		{"ConvTranspose2D from one cell", [][]int{{1, 4, 1, 1}, {4, 3, 4, 4}},
			func(n nodes) (*gorgonia.Node, error) {
				return autodiff.ConvTranspose2D(n[0], n[1], compute.Params{}, [2]int{})
			},
			func(a []*array) *array { return naiveConvTranspose(a[0], a[1], 1, 0, 0) }},
		{"ConvTranspose2D with output padding", [][]int{{1, 2, 3, 3}, {2, 2, 3, 3}},
			func(n nodes) (*gorgonia.Node, error) {
				return autodiff.ConvTranspose2D(n[0], n[1], compute.Params{Stride: [2]int{2, 2}, Pad: [4]int{1, 1, 1, 1}}, [2]int{1, 1})
			},
			func(a []*array) *array { return naiveConvTranspose(a[0], a[1], 2, 1, 1) }},
		{"Transpose", [][]int{{3, 5}},
			func(n nodes) (*gorgonia.Node, error) { return autodiff.Transpose(n[0]) },
			func(a []*array) *array {
				y := zeros(5, 3)
				for i, v := range a[0].data {
					y.data[i%5*3+i/5] = v
				}
				return y
			}},
		{"Tanh", [][]int{{2, 3, 4, 2}},
			func(n nodes) (*gorgonia.Node, error) { return autodiff.Tanh(n[0]) },
			func(a []*array) *array { return each(a[0], func(v float64, _ int) float64 { return math.Tanh(v) }) }},
		{"Sigmoid", [][]int{{2, 3, 4, 2}},
			func(n nodes) (*gorgonia.Node, error) { return autodiff.Sigmoid(n[0]) },
			func(a []*array) *array {
				return each(a[0], func(v float64, _ int) float64 { return 1 / (1 + math.Exp(-v)) })
			}},
		{"ELU", [][]int{{2, 3, 4, 2}},
			func(n nodes) (*gorgonia.Node, error) { return autodiff.ELU(n[0], 0.7) },
			func(a []*array) *array {
				return each(a[0], func(v float64, _ int) float64 { return max(v, 0) + 0.7*math.Expm1(min(v, 0)) })
			}},
		{"InstanceNorm", [][]int{{2, 2, 3, 4}},
			func(n nodes) (*gorgonia.Node, error) { return autodiff.InstanceNorm(n[0], 1e-3) },
			func(a []*array) *array { return naiveInstanceNorm(a[0], 1e-3) }},
	}
}

func TestATransposedConvolutionThatCutsTooMuchIsAnError(t *testing.T) {
	g := gorgonia.NewGraph()
	x, w := autodiff.Constant(g, "x", random(1, 1, 2, 4, 4)), autodiff.Constant(g, "w", random(2, 2, 3, 3, 3))
	if _, err := autodiff.ConvTranspose2D(x, w, compute.Params{Stride: [2]int{2, 2}, Pad: [4]int{3, 0, 0, 0}}, [2]int{}); err == nil {
		t.Error("accepted")
	}
}
