package source

import (
	"context"
	"fmt"
	"os"
	"slices"

	"rewriting/compute"
	"rewriting/metrics"
	"rewriting/onnx"
	"rewriting/pipeline/internal/stage"
)

// Networks opens each network once, tests it on its golden input, and remembers who asked for which.
type Networks struct {
	Find func(name string) (string, error) // the rule for paths of the config

	towers towers
	open   map[string]*Network
	asked  []Input // since the last call of Take
	inputs []Input
}

// Open implements metrics.Context.
func (n *Networks) Open(name string) (metrics.Network, error) { return n.Get(name) }

// Get is Open for callers that need the model itself.
func (n *Networks) Get(name string) (*Network, error) {
	if net, ok := n.open[name]; ok {
		n.asked = append(n.asked, net.input)
		return net, nil
	}
	path, err := n.Find(name)
	if err != nil {
		return nil, err
	}
	src, err := Open(path)
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
	net := &Network{Model: model, input: src.Input("network"), towers: &n.towers}
	net.input.Name = name
	net.info = metrics.NetworkInfo{Name: name, SHA256: src.SHA256, Metadata: model.Metadata()}
	for _, p := range model.Inputs() {
		net.info.Inputs = append(net.info.Inputs, p.Name)
	}
	for _, p := range model.Outputs() {
		net.info.Outputs = append(net.info.Outputs, p.Name)
	}
	if n.open == nil {
		n.open = map[string]*Network{}
	}
	n.open[name] = net
	n.asked = append(n.asked, net.input)
	n.inputs = append(n.inputs, net.input)
	return net, nil
}

// Read returns a file that is no network, such as counts made by hand. It counts as asked for, like a network.
func (n *Networks) Read(name string) ([]byte, error) {
	path, err := n.Find(name)
	if err != nil {
		return nil, err
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	in := Input{Role: "file", Name: name, SHA256: stage.HashBytes(b), Bytes: len(b)}
	n.asked = append(n.asked, in)
	if !slices.Contains(n.inputs, in) {
		n.inputs = append(n.inputs, in)
	}
	return b, nil
}

// Inputs are all networks that were opened, in order.
func (n *Networks) Inputs() []Input { return n.inputs }

// Take returns the networks that were asked for since the last call, each once.
func (n *Networks) Take() []Input {
	var out []Input
	for _, in := range n.asked {
		if !slices.Contains(out, in) {
			out = append(out, in)
		}
	}
	n.asked = nil
	return out
}

// Network is an ONNX model as metrics want it.
type Network struct {
	Model  *onnx.Model
	info   metrics.NetworkInfo
	input  Input
	towers *towers
}

// Info implements metrics.Network.
func (n *Network) Info() metrics.NetworkInfo { return n.info }

// Run implements metrics.Network.
func (n *Network) Run(ctx context.Context, inputs ...*compute.Tensor) ([]*compute.Tensor, error) {
	if len(inputs) != len(n.info.Inputs) {
		return nil, fmt.Errorf("network %s takes %d inputs, %d given", n.info.Name, len(n.info.Inputs), len(inputs))
	}
	in := make(map[string]*onnx.Value, len(inputs))
	for i, name := range n.info.Inputs {
		in[name] = onnx.FromTensor(inputs[i])
	}
	values, err := n.Model.Run(ctx, in)
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
