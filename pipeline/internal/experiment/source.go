package experiment

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"rewriting/compute"
	"rewriting/metrics"
	"rewriting/onnx"
	"rewriting/pipeline/internal/config"
	"rewriting/pipeline/internal/stage"
	"rewriting/worlds"
)

// Source is a file that a name of a config stands for.
type Source struct {
	Name   string
	Bytes  []byte
	SHA256 string
	World  worlds.World // the world that the name belongs to, or nil
}

// OpenSource reads "world:NAME" (its generator), "world:NAME/network" or a file.
func OpenSource(name string) (*Source, error) {
	s := &Source{Name: name}
	if rest, ok := strings.CutPrefix(name, "world:"); ok {
		world, file, _ := strings.Cut(rest, "/")
		w, err := worlds.Open(world)
		if err != nil {
			return nil, err
		}
		if s.World = w; file == "" {
			file = "generator.pt"
		} else if !strings.Contains(file, ".") {
			file += ".onnx"
		}
		if s.Bytes, err = w.File(file); err != nil {
			return nil, err
		}
	} else {
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		s.Bytes = b
	}
	s.SHA256 = stage.HashBytes(s.Bytes)
	return s, nil
}

func (s *Source) input(role string) Input {
	return Input{Role: role, Name: s.Name, SHA256: s.SHA256, Bytes: len(s.Bytes)}
}

// networks opens each network once, tests it on its golden input, and remembers who asked for which.
type networks struct {
	cfg    *config.Experiment
	open   map[string]*network
	asked  []Input // since the last call of take
	inputs *[]Input
}

// Open implements metrics.Context.
func (n *networks) Open(name string) (metrics.Network, error) { return n.get(name) }

func (n *networks) get(name string) (*network, error) {
	if net, ok := n.open[name]; ok {
		n.asked = append(n.asked, net.input)
		return net, nil
	}
	path, err := n.cfg.Find(name)
	if err != nil {
		return nil, err
	}
	src, err := OpenSource(path)
	if err != nil {
		return nil, err
	}
	model, err := onnx.Load(src.Bytes)
	if err != nil {
		return nil, fmt.Errorf("network %s: %w", name, err)
	}
	// A network that does not give its golden output here would give wrong numbers that look right.
	if err := model.SelfTest(); err != nil {
		return nil, fmt.Errorf("network %s fails its self-test: %w", name, err)
	}
	net := &network{model: model, input: src.input("network")}
	net.input.Name = name
	net.info = metrics.NetworkInfo{Name: name, SHA256: src.SHA256, Metadata: model.Metadata()}
	for _, p := range model.Inputs() {
		net.info.Inputs = append(net.info.Inputs, p.Name)
	}
	for _, p := range model.Outputs() {
		net.info.Outputs = append(net.info.Outputs, p.Name)
	}
	n.open[name] = net
	n.asked = append(n.asked, net.input)
	*n.inputs = append(*n.inputs, net.input)
	return net, nil
}

// take returns the networks that were asked for since the last call, each once.
func (n *networks) take() []Input {
	var out []Input
	for _, in := range n.asked {
		if !slices.Contains(out, in) {
			out = append(out, in)
		}
	}
	n.asked = nil
	return out
}

// network is an ONNX model as metrics want it.
type network struct {
	model *onnx.Model
	info  metrics.NetworkInfo
	input Input
}

// Info implements metrics.Network.
func (n *network) Info() metrics.NetworkInfo { return n.info }

// Run implements metrics.Network.
func (n *network) Run(ctx context.Context, inputs ...*compute.Tensor) ([]*compute.Tensor, error) {
	if len(inputs) != len(n.info.Inputs) {
		return nil, fmt.Errorf("network %s takes %d inputs, %d given", n.info.Name, len(n.info.Inputs), len(inputs))
	}
	in := make(map[string]*onnx.Value, len(inputs))
	for i, name := range n.info.Inputs {
		in[name] = onnx.FromTensor(inputs[i])
	}
	values, err := n.model.Run(ctx, in)
	if err != nil {
		return nil, fmt.Errorf("network %s: %w", n.info.Name, err)
	}
	out := make([]*compute.Tensor, len(n.info.Outputs))
	for i, name := range n.info.Outputs {
		if out[i], err = values[name].Tensor(); err != nil {
			return nil, fmt.Errorf("network %s, output %s: %w", n.info.Name, name, err)
		}
	}
	return out, nil
}
