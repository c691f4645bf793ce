package gan

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rewriting/compute"
	"rewriting/gan/latent"
	"rewriting/onnx"
)

// irVersion is how an ONNX file begins: the tag of the field ir_version.
const irVersion = 0x08

// maxONNX bounds the file: protobuf itself allows no message of 2 GiB.
const maxONNX = 1<<31 - 1

func isONNX(src Source) bool {
	var head [9]byte
	n, _ := src.ReadAt(head[:], 0)
	return n == len(head) && head[0] == irVersion && head[8] != '{' // a brace there makes it safetensors
}

func readONNX(ctx context.Context, src Source, o Options) (Generator, error) {
	if src.Size() > maxONNX {
		return nil, fmt.Errorf("%d bytes are more than an ONNX file can have", src.Size())
	}
	b := make([]byte, src.Size())
	if _, err := src.ReadAt(b, 0); err != nil {
		return nil, err
	}
	m, err := onnx.Load(b)
	if err != nil {
		return nil, err
	}
	g := &onnxGAN{model: m, file: sha256.Sum256(b), psi: 1}
	if err := g.truncate(o.Truncation); err != nil {
		return nil, err
	}
	if err := g.findEnds(o); err != nil {
		return nil, err
	}
	if err := g.findLayers(ctx); err != nil {
		return nil, err
	}
	g.remember()
	return g, nil
}

// truncationName is the initialiser, of one element, by which a graph that truncates takes psi.
const truncationName = "truncation"

// truncate puts psi into the graph. 0 leaves what the file has.
func (g *onnxGAN) truncate(psi float64) error {
	v := g.model.Initializer(truncationName)
	if v == nil {
		if psi != 0 && psi != 1 {
			return fmt.Errorf("truncation %v: this graph has none (it would be an initialiser %q of one element)", psi, truncationName)
		}
		return nil
	}
	t, err := v.Tensor()
	if err != nil || len(t.Data) != 1 {
		return fmt.Errorf("initialiser %q has shape %v; truncation is one float32", truncationName, v.Shape)
	}
	if psi == 0 {
		g.psi = float64(t.Data[0])
		return nil
	}
	g.psi = psi
	t = compute.New(t.Shape...)
	t.Data[0] = float32(psi)
	g.model, err = g.model.With(map[string]*compute.Tensor{truncationName: t})
	return err
}

// findEnds finds the latent, a float32 input whose sizes are known but for the batch, and the picture.
func (g *onnxGAN) findEnds(o Options) error {
	var inputs, outputs []string
	for _, p := range g.model.Inputs() {
		inputs = append(inputs, p.Name)
		if p.Name != o.Input && (o.Input != "" || len(g.model.Inputs()) != 1) {
			continue
		}
		if p.Type != onnx.Float32 || len(p.Dims) < 2 || p.Dims[0] > 1 {
			return fmt.Errorf("input %q is %v%v; a latent is float32 with a batch dimension of 1 or any", p.Name, p.Type, p.Dims)
		}
		g.input, g.item = p.Name, slices.Clone(p.Dims)
		g.item[0] = 1
		if n := product(g.item); n < 1 || n > maxLatent {
			return fmt.Errorf("input %q has shape %v; the sizes of a latent must be known and at most %d in all", p.Name, p.Dims, maxLatent)
		}
	}
	if g.input == "" || len(inputs) != 1 {
		return fmt.Errorf("a generator has one input, the latent; this model has %s", strings.Join(inputs, ", "))
	}
	for _, p := range g.model.Outputs() {
		outputs = append(outputs, p.Name)
		if p.Name == o.Output || o.Output == "" && len(g.model.Outputs()) == 1 {
			g.output = p.Name
		}
	}
	switch {
	case g.output == "" && o.Output != "":
		return fmt.Errorf("the model has no output %q, but %s", o.Output, strings.Join(outputs, ", "))
	case g.output == "":
		return fmt.Errorf("name the output that is the picture (output = \"...\"): the model has %s", strings.Join(outputs, ", "))
	}
	var err error
	g.colour, err = rangeOf(g.model, g.output)
	return err
}

// maxLatent bounds what a file may claim.
const maxLatent = 1 << 20

// product of positive lengths; anything else gives 0.
func product(shape []int) int {
	n := 1
	for _, d := range shape {
		if d < 1 || n > maxLatent {
			return 0
		}
		n *= d
	}
	return n
}

// rangeOf is the range of the pixels: what the metadata says under "output_range" ("0,1"), else 0 to 1 after a Sigmoid, else
// -1 to 1.
func rangeOf(m *onnx.Model, output string) (pixelRange, error) {
	text, given := m.Metadata()["output_range"]
	if !given {
		if m.Operator(output) == "Sigmoid" {
			return pixelRange{0, 1}, nil
		}
		return pixelRange{-1, 1}, nil
	}
	low, high, _ := strings.Cut(text, ",")
	a, errLow := strconv.ParseFloat(strings.TrimSpace(low), 32)
	b, errHigh := strconv.ParseFloat(strings.TrimSpace(high), 32)
	if errLow != nil || errHigh != nil || !(a < b) || b-a > 1e6 {
		return pixelRange{}, fmt.Errorf(`output_range %q: must be two numbers like "-1,1"`, text)
	}
	return pixelRange{float32(a), float32(b)}, nil
}

// findLayers lists tensors and convolutions, and draws one picture to learn the sizes of their maps.
func (g *onnxGAN) findLayers(ctx context.Context) error {
	layers, err := g.model.Layers([]string{g.output})
	if err != nil {
		return err
	}
	wanted := []string{g.output}
	for _, l := range layers {
		for _, name := range []string{l.Weight, l.Bias} {
			if name != "" && !g.params.has(name) {
				t, err := g.model.Initializer(name).Tensor()
				if err != nil {
					return fmt.Errorf("initialiser %q: %w", name, err)
				}
				if i := slices.IndexFunc(t.Data, func(v float32) bool { return v-v != 0 }); i >= 0 {
					return fmt.Errorf("initialiser %q holds %v at element %d", name, t.Data[i], i)
				}
				g.params.add(name, t)
			}
		}
		if l.Op == "Gemm" {
			continue
		}
		g.convs = append(g.convs, onnxLayer{Layer: Layer{Number: len(g.convs) + 1, Name: l.Weight, Node: l.Node}, node: l, reason: l.NotEditable})
		wanted = append(wanted, l.Input, l.Output)
	}
	if len(g.convs) == 0 {
		return errors.New("no convolution with a weight of its own lies between latent and picture")
	}
	slices.Sort(wanted)
	z := onnx.FromTensor(latent.Seed(0, product(g.item)).Reshape(g.item...))
	values, err := g.model.RunOutputs(ctx, map[string]*onnx.Value{g.input: z}, slices.Compact(wanted))
	if err != nil {
		return err
	}
	s := values[g.output].Shape
	if len(s) != 4 || s[0] != 1 || s[1] != 3 || s[2] != s[3] {
		return fmt.Errorf("output %q has shape %v; a picture has [1 3 R R]", g.output, s)
	}
	g.size = s[2]
	for i := range g.convs {
		c := &g.convs[i]
		if c.reason == nil {
			c.reason = c.measure(values[c.node.Input].Shape, values[c.node.Output].Shape, g.params.tensor(c.Name))
		}
	}
	return nil
}

// measure fills in channels and sizes. A map that is not square, or values that do not cover the keys a whole number of
// times, have no place in the rule of cropping (spec: method, section 6).
func (c *onnxLayer) measure(key, value []int, weight *compute.Tensor) error {
	if len(key) != 4 || len(value) != 4 || key[0] != 1 || value[0] != 1 || key[2] != key[3] || value[2] != value[3] {
		return fmt.Errorf("its maps have shapes %v and %v; only square ones are edited", key, value)
	}
	c.In, c.Out, c.KeySize, c.ValueSize, c.Kernel = key[1], value[1], key[2], value[2], weight.Shape[3]
	if weight.Shape[2] != weight.Shape[3] {
		return fmt.Errorf("its kernel is %dx%d; only square ones are edited", weight.Shape[2], weight.Shape[3])
	}
	if c.ValueSize%c.KeySize != 0 {
		return fmt.Errorf("it turns %dx%d keys into %dx%d values, not a whole multiple", c.KeySize, c.KeySize, c.ValueSize, c.ValueSize)
	}
	_, err := c.form()
	return err
}
