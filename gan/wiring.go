package gan

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"rewriting/compute"
	"rewriting/gan/checkpoint"
	"rewriting/onnx/write"
)

// wiring translates a Description into an ONNX model whose initialisers have the names of the tensors.
type wiring struct {
	state   *checkpoint.State
	model   *write.Builder
	tensors map[string]*compute.Tensor // all that layers took
	count   int                        // of nodes, for names where a layer has none
}

func newWiring(d *Description, s *checkpoint.State) *wiring {
	w := &wiring{state: s, model: write.New("z", append([]int{1}, d.Latent...)...), tensors: map[string]*compute.Tensor{}}
	if d.Range != "" {
		w.model.Metadata("output_range", d.Range)
	}
	return w
}

// layerKinds translate layers by kind.
var layerKinds = map[string]func(*wiring, DescribedLayer) error{
	"linear":         (*wiring).linear,
	"reshape":        (*wiring).reshape,
	"conv":           (*wiring).conv,
	"conv-transpose": (*wiring).convTranspose,
	"batch-norm":     (*wiring).batchNorm,
	"instance-norm":  (*wiring).instanceNorm,
	"upsample":       (*wiring).upsample,
	"relu":           activation("Relu"),
	"elu":            activation("Elu"),
	"tanh":           activation("Tanh"),
	"sigmoid":        activation("Sigmoid"),
	"leaky-relu":     (*wiring).leakyReLU,
	"silu":           (*wiring).silu,
}

func (w *wiring) add(l DescribedLayer) error {
	translate, ok := layerKinds[l.Kind]
	if !ok {
		var kinds []string
		for k := range layerKinds {
			kinds = append(kinds, k)
		}
		slices.Sort(kinds)
		return fmt.Errorf("no such kind; there is %s", strings.Join(kinds, ", "))
	}
	w.count++
	return translate(w, l)
}

// node is the name of a layer's node.
func (w *wiring) node(l DescribedLayer) string {
	if l.Name != "" {
		return l.Name
	}
	return fmt.Sprintf("%s.%d", l.Kind, w.count)
}

// take adds a tensor as an initialiser.
func (w *wiring) take(name string, shape ...int) (*compute.Tensor, error) {
	t, err := w.state.Take(name, shape...)
	if err != nil {
		return nil, err
	}
	w.tensors[name] = t
	w.model.Weight(name, t)
	return t, nil
}

// weighted takes a weight of so many dimensions, and the bias where there is one.
func (w *wiring) weighted(l DescribedLayer, rank, out int) (names []string, weight *compute.Tensor, err error) {
	shape := slices.Repeat([]int{-1}, rank)
	if weight, err = w.take(l.Name+".weight", shape...); err != nil {
		return nil, nil, err
	}
	names = []string{l.Name + ".weight"}
	if bias := l.Name + ".bias"; w.state.Has(bias) {
		if _, err := w.take(bias, weight.Shape[out]); err != nil {
			return nil, nil, err
		}
		names = append(names, bias)
	}
	return names, weight, nil
}

func (w *wiring) linear(l DescribedLayer) error {
	names, _, err := w.weighted(l, 2, 0)
	if err == nil {
		w.model.Node(w.node(l), "Gemm", names, "transB", 1)
	}
	return err
}

func (w *wiring) reshape(l DescribedLayer) error {
	if product(l.Shape) == 0 {
		return fmt.Errorf("shape = %v: must list sizes without the batch, such as shape = [64, 4, 4]", l.Shape)
	}
	name := w.node(l)
	w.model.Node(name, "Reshape", []string{w.model.Ints(name+".shape", append([]int{1}, l.Shape...)...)})
	return nil
}

func (l DescribedLayer) window() ([]any, error) {
	if l.Stride < 0 || l.Padding < 0 || l.OutputPadding < 0 || max(l.Stride, l.Padding, l.OutputPadding) > maxWindow {
		return nil, fmt.Errorf("stride, padding and output_padding must be from 0 to %d", maxWindow)
	}
	stride := max(l.Stride, 1)
	return []any{"strides", []int{stride, stride}, "pads", slices.Repeat([]int{l.Padding}, 4)}, nil
}

// maxWindow bounds what a file may claim.
const maxWindow = 64

func (w *wiring) conv(l DescribedLayer) error {
	window, err := l.window()
	if err != nil {
		return err
	}
	names, _, err := w.weighted(l, 4, 0)
	if err == nil {
		w.model.Node(w.node(l), "Conv", names, window...)
	}
	return err
}

func (w *wiring) convTranspose(l DescribedLayer) error {
	window, err := l.window()
	if err != nil {
		return err
	}
	names, _, err := w.weighted(l, 4, 1)
	if err == nil {
		w.model.Node(w.node(l), "ConvTranspose", names, append(window, "output_padding", []int{l.OutputPadding, l.OutputPadding})...)
	}
	return err
}

func (l DescribedLayer) epsilon() (float32, error) {
	if !(l.Epsilon >= 0 && l.Epsilon < 1) {
		return 0, fmt.Errorf("epsilon = %v: must be from 0 to 1", l.Epsilon)
	}
	if l.Epsilon == 0 {
		return 1e-5, nil
	}
	return float32(l.Epsilon), nil
}

func (w *wiring) batchNorm(l DescribedLayer) error {
	epsilon, err := l.epsilon()
	if err != nil {
		return err
	}
	var names []string
	channels := -1
	for _, part := range []string{".weight", ".bias", ".running_mean", ".running_var"} {
		t, err := w.take(l.Name+part, channels)
		if err != nil {
			return err
		}
		channels = t.Shape[0]
		names = append(names, l.Name+part)
	}
	w.state.Ignore(l.Name + ".num_batches_tracked")
	w.model.Node(w.node(l), "BatchNormalization", names, "epsilon", epsilon)
	return nil
}

func (w *wiring) instanceNorm(l DescribedLayer) error {
	epsilon, err := l.epsilon()
	if err != nil {
		return err
	}
	scale, err := w.take(l.Name+".weight", -1)
	if err != nil {
		return fmt.Errorf("%w (only affine ones are known)", err)
	}
	if _, err := w.take(l.Name+".bias", scale.Shape[0]); err != nil {
		return err
	}
	w.model.Node(w.node(l), "InstanceNormalization", []string{l.Name + ".weight", l.Name + ".bias"}, "epsilon", epsilon)
	return nil
}

func (w *wiring) upsample(l DescribedLayer) error {
	if l.Scale < 0 || l.Scale > maxWindow {
		return fmt.Errorf("scale = %d: must be from 1 to %d", l.Scale, maxWindow)
	}
	scale := float32(l.Scale)
	if scale == 0 {
		scale = 2
	}
	name := w.node(l)
	sizes := w.model.Weight(name+".scales", compute.From([]float32{1, 1, scale, scale}, 4))
	attributes := []any{"mode", "nearest", "coordinate_transformation_mode", "asymmetric", "nearest_mode", "floor"}
	switch l.Mode {
	case "", "nearest":
	case "bilinear":
		attributes = []any{"mode", "linear", "coordinate_transformation_mode", "half_pixel"}
	default:
		return fmt.Errorf(`mode = %q: must be "nearest" or "bilinear"`, l.Mode)
	}
	w.model.Node(name, "Resize", []string{"", sizes}, attributes...)
	return nil
}

func activation(op string) func(*wiring, DescribedLayer) error {
	return func(w *wiring, l DescribedLayer) error {
		w.model.Node(w.node(l), op, nil)
		return nil
	}
}

func (w *wiring) leakyReLU(l DescribedLayer) error {
	if !(l.Slope > 0 && l.Slope < 1) {
		return errors.New("slope is required, from 0 to 1")
	}
	w.model.Node(w.node(l), "LeakyRelu", nil, "alpha", float32(l.Slope))
	return nil
}

// silu is x times its sigmoid.
func (w *wiring) silu(l DescribedLayer) error {
	x := w.model.Value()
	gate := w.model.NodeOf(w.node(l)+".gate", "Sigmoid", []string{x})
	w.model.NodeOf(w.node(l), "Mul", []string{x, gate})
	return nil
}

// describedState is the state dict that a described generator came from.
type describedState struct {
	names   []string
	tensors map[string]*compute.Tensor
	path    []string
	flat    bool
}

// dict is the state dict with the present values of what an edit can change. Counters that rendering never
// reads are left out; PyTorch starts them anew.
func (d *describedState) dict(p params) *checkpoint.Dict {
	out := checkpoint.NewDict()
	for _, name := range d.names {
		if p.has(name) {
			out.Set(name, p.tensor(name))
		} else if t := d.tensors[name]; t != nil {
			out.Set(name, t)
		}
	}
	if d.flat {
		return out
	}
	for _, key := range slices.Backward(d.path) {
		outer := checkpoint.NewDict()
		outer.Set(key, out)
		out = outer
	}
	return out
}
