package nbb

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"rewriting/compute"
	"rewriting/onnx"
	"rewriting/sessions/pillow"
)

// Network is a feature network with named levels and the slices between them. It is safe for concurrent use.
type Network struct {
	model  *onnx.Model
	levels []string // values, finest first
	shapes [][]int  // of the levels
	size   int      // of the input
	input  string
	values string        // of the input: how a byte becomes a number
	parts  []*onnx.Model // by level: from the level below to this one; nil for the finest

	mu   sync.Mutex
	free [][]*inverter // by level: instances of a slice that nobody uses
}

// DefaultSize is the working size where a network takes pictures of any: that of the published experiments.
const DefaultSize = 224

// NewNetwork prepares a model for pictures of size x size. The levels are names of values of the graph, finest first, each at half the
// resolution of the one before and computed from it alone. A size of zero is the one that the model declares, else DefaultSize.
func NewNetwork(model *onnx.Model, levels []string, size int) (*Network, error) {
	if len(levels) < 2 {
		return nil, fmt.Errorf("a pyramid needs at least two levels, finest first; there are %d", len(levels))
	}
	input := model.Inputs()[0]
	if size == 0 {
		if size = DefaultSize; len(input.Dims) == 4 && input.Dims[3] > 0 {
			size = input.Dims[3]
		}
	}
	n := &Network{model: model, levels: levels, size: size, input: input.Name, parts: make([]*onnx.Model, len(levels)),
		free: make([][]*inverter, len(levels))}
	n.values = strings.ReplaceAll(model.Metadata()["input_range"], " ", "")
	if _, known := inputs[n.values]; !known {
		return nil, fmt.Errorf("the network's metadata has input_range %q: must be -1,1, 0,1 or imagenet", n.values)
	}
	maps, err := n.run(context.Background(), compute.New(1, 3, size, size))
	if err != nil {
		return nil, err
	}
	for i, m := range maps {
		n.shapes = append(n.shapes, m.Shape)
		s := m.Shape
		if len(s) != 4 || s[2] != s[3] || size%s[2] != 0 {
			return nil, fmt.Errorf("level %s of a picture of %d pixels has shape %v: must be a square map that divides it", levels[i], size, s)
		}
		if i == 0 {
			continue
		}
		if below := n.shapes[i-1][2]; below != 2*s[2] {
			return nil, fmt.Errorf("level %s has %d cells a side and level %s below it %d: must have twice as many", levels[i], s[2], levels[i-1], below)
		}
		if n.parts[i], err = model.After(levels[i-1], levels[i:i+1]); err != nil {
			return nil, err
		}
		if in := n.parts[i].Inputs(); len(in) > 1 {
			return nil, fmt.Errorf("level %s does not depend on level %s alone, but also on %s", levels[i], levels[i-1], in[1].Name)
		}
	}
	if coarsest := n.shapes[len(n.shapes)-1][2]; coarsest < minCells {
		return nil, fmt.Errorf("the coarsest level %s has %d cells a side: must have at least %d", levels[len(levels)-1], coarsest, minCells)
	}
	return n, nil
}

// minCells is what a patch with its reflected border needs.
const minCells = 3

// Size is the side of the pictures that the network looks at, in pixels.
func (n *Network) Size() int { return n.size }

// inputs are the known rules by which a byte of a channel becomes a number, by their names in a network's metadata.
var inputs = map[string]func(b uint8, channel int) float32{
	"":     func(b uint8, _ int) float32 { return float32(b)/127.5 - 1 },
	"-1,1": func(b uint8, _ int) float32 { return float32(b)/127.5 - 1 },
	"0,1":  func(b uint8, _ int) float32 { return float32(b) / 255 },
	"imagenet": func(b uint8, c int) float32 {
		mean, deviation := [3]float32{0.485, 0.456, 0.406}, [3]float32{0.229, 0.224, 0.225}
		return (float32(b)/255 - mean[c]) / deviation[c]
	},
}

// Features are the levels of a picture [1,3,R,R] in [-1,1], finest first, each [1,C,H,H]. The picture holds bytes, as gan.Dequantise
// makes it, which are resized by Pillow's bicubic filter, as the files of the published experiments were.
func (n *Network) Features(ctx context.Context, picture *compute.Tensor) ([]*compute.Tensor, error) {
	if len(picture.Shape) != 4 || picture.Shape[0] != 1 || picture.Shape[1] != 3 || picture.Shape[2] != picture.Shape[3] {
		return nil, fmt.Errorf("features of a picture of shape %v: must be [1,3,R,R]", picture.Shape)
	}
	r := picture.Shape[2]
	planes := bytesOf(picture)
	x := compute.New(1, 3, n.size, n.size)
	area := n.size * n.size
	for c := range 3 {
		small := pillow.Bicubic(planes[c*r*r:(c+1)*r*r], r, r, 1, n.size, n.size)
		for i, b := range small {
			x.Data[c*area+i] = inputs[n.values](b, c)
		}
	}
	return n.run(ctx, x)
}

func (n *Network) run(ctx context.Context, x *compute.Tensor) ([]*compute.Tensor, error) {
	values, err := n.model.RunOutputs(ctx, map[string]*onnx.Value{n.input: onnx.FromTensor(x)}, n.levels)
	if err != nil {
		return nil, err
	}
	out := make([]*compute.Tensor, len(n.levels))
	for i, name := range n.levels {
		if out[i], err = values[name].Tensor(); err != nil {
			return nil, fmt.Errorf("level %s: %w", name, err)
		}
	}
	return out, nil
}
