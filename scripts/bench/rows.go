package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"sync"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
	"rewriting/compute/autodiff"
	"rewriting/gan"
	"rewriting/onnx"
	"rewriting/rewrite"
)

// Sizes that bench.py shares.
const (
	latents  = 100
	several  = 10 // images of a throughput row
	steps    = 101
	picture  = 256
	channels = 512
)

// rows are the kinds of work by name.
var rows = map[string]func(folder) (work, error){
	"stylegan2-256":       func(d folder) (work, error) { return images(d, "stylegan2-256.pt", "z512", 512, 1) },
	"stylegan2-256 x10":   func(d folder) (work, error) { return images(d, "stylegan2-256.pt", "z512", 512, several) },
	"stylegan2-1024":      func(d folder) (work, error) { return images(d, "stylegan2-1024.pt", "z512", 512, 1) },
	"progressive-256":     func(d folder) (work, error) { return images(d, "progressive-256.pt", "z512", 512, 1) },
	"progressive-256 x10": func(d folder) (work, error) { return images(d, "progressive-256.pt", "z512", 512, several) },
	"faces":               func(d folder) (work, error) { return images(d, "faces.pt", "z64", 64, 1) },
	"faces x10":           func(d folder) (work, error) { return images(d, "faces.pt", "z64", 64, several) },
	"mobilestylegan":      func(d folder) (work, error) { return images(d, "mobilestylegan.onnx", "z512", 512, 1) },
	"moment 8":            moment,
	"insert 8":            func(d folder) (work, error) { return insertion(d, 8, 14, 8, rewrite.Insert) },
	"insert 10":           func(d folder) (work, error) { return insertion(d, 10, 9, 18, rewrite.Insert) },
	"linear 8":            func(d folder) (work, error) { return insertion(d, 8, 14, 8, rewrite.LinearInsert) },
	"linear 10":           func(d folder) (work, error) { return insertion(d, 10, 9, 18, rewrite.LinearInsert) },
	"finetune":            finetune,
	"lpips alexnet":       func(d folder) (work, error) { return perceptual(d, "alexnet.onnx") },
	"lpips vgg":           func(d folder) (work, error) { return perceptual(d, "vgg.onnx") },
	"upernet":             func(d folder) (work, error) { return scorer(d, "upernet", picture) },
	"inception":           func(d folder) (work, error) { return scorer(d, "inception", 299) },
}

func load(d folder, name string) (gan.Generator, error) {
	return gan.LoadFile(context.Background(), d.path(name), gan.Options{})
}

// images draws n pictures, each a batch of its own, as many at a time as there are processors.
func images(d folder, network, table string, dim, n int) (work, error) {
	g, err := load(d, network)
	if err != nil {
		return nil, err
	}
	z, err := d.array(table, latents, dim)
	if err != nil {
		return nil, err
	}
	return func() ([]float64, error) {
		var running sync.WaitGroup
		drawn, failures := make([]*compute.Tensor, n), make([]error, n)
		turn := make(chan struct{}, runtime.GOMAXPROCS(0))
		for i := range n {
			turn <- struct{}{}
			running.Go(func() {
				drawn[i], failures[i] = g.Image(z.Item(i))
				<-turn
			})
		}
		running.Wait()
		for _, err := range failures {
			if err != nil {
				return nil, err
			}
		}
		return sample(drawn[0].Data), nil
	}, nil
}

// moment measures the second moment of layer 8's keys over all latents.
func moment(d folder) (work, error) {
	g, err := load(d, "stylegan2-256.pt")
	if err != nil {
		return nil, err
	}
	z, err := d.array("z512", latents, 512)
	if err != nil {
		return nil, err
	}
	cut, err := g.Cut(8)
	if err != nil {
		return nil, err
	}
	return func() ([]float64, error) {
		m, err := rewrite.Measure(context.Background(), cut, z, nil)
		if err != nil {
			return nil, err
		}
		return sample(m.C), nil
	}, nil
}

// insertion optimises a layer's weight within one direction on a crop of h x w keys.
func insertion(d folder, layer, h, w int, insert func(context.Context, gan.Cut, *rewrite.Goal, *compute.Tensor,
	rewrite.InsertOptions) (*rewrite.InsertResult, error)) (work, error) {
	g, err := load(d, "stylegan2-256.pt")
	if err != nil {
		return nil, err
	}
	cut, err := g.Cut(layer)
	if err != nil {
		return nil, err
	}
	var arrays [4]*compute.Tensor
	for i, shape := range [4][]int{{1, channels, h, w}, {1, channels}, {1, channels, h, w}, {1, channels}} {
		name := [4]string{"key", "style", "goal", "direction"}[i]
		if arrays[i], err = d.array(fmt.Sprintf("%s%d", name, layer), shape...); err != nil {
			return nil, err
		}
	}
	goal := &rewrite.Goal{Keys: &gan.State{Key: arrays[0], Style: arrays[1]}, Values: arrays[2]}
	o := rewrite.DefaultInsert()
	o.Steps = steps
	return func() ([]float64, error) {
		r, err := insert(context.Background(), cut, goal, arrays[3], o)
		if err != nil {
			return nil, err
		}
		return r.Losses[:3], nil
	}, nil
}

// finetune is one step on all parameters: picture, gradient, Adam.
func finetune(d folder) (work, error) {
	g, err := load(d, "stylegan2-256.pt")
	if err != nil {
		return nil, err
	}
	z, err := d.array("z512", latents, 512)
	if err != nil {
		return nil, err
	}
	graph := gorgonia.NewGraph()
	nodes := map[string]*gorgonia.Node{}
	var params []*gorgonia.Node
	for _, name := range g.Names() {
		nodes[name] = autodiff.Parameter(graph, name, g.Tensors()[name].Clone())
		params = append(params, nodes[name])
	}
	drawn, err := g.Graph(graph, nodes, z.Item(0))
	if err != nil {
		return nil, err
	}
	loss, err := autodiff.L1Mean(drawn, autodiff.Constant(graph, "black", compute.New(1, 3, picture, picture)))
	if err != nil {
		return nil, err
	}
	problem, err := autodiff.NewProblem(graph, loss, params)
	if err != nil {
		return nil, err
	}
	adam, step := compute.DefaultAdam(1e-4), 0
	m, v := make([][]float32, len(params)), make([][]float32, len(params))
	for i := range params {
		m[i], v[i] = make([]float32, len(problem.Value(i))), make([]float32, len(problem.Value(i)))
	}
	return func() ([]float64, error) {
		loss, err := problem.Step()
		if err != nil {
			return nil, err
		}
		step++
		for i := range params {
			adam.Step(step, problem.Value(i), problem.Grad(i), m[i], v[i])
		}
		return []float64{loss}, nil
	}, nil
}

// perceptual is the distance of one pair of pictures.
func perceptual(d folder, network string) (work, error) {
	inputs := map[string]*onnx.Value{}
	for _, name := range []string{"x", "y"} {
		t, err := d.array(name, 1, 3, picture, picture)
		if err != nil {
			return nil, err
		}
		inputs[name] = onnx.FromTensor(t)
	}
	return exported(d, network, inputs)
}

// scorer runs a network on one square picture.
func scorer(d folder, network string, size int) (work, error) {
	x, err := d.array(network, 1, 3, size, size)
	if err != nil {
		return nil, err
	}
	return exported(d, network+".onnx", map[string]*onnx.Value{"x": onnx.FromTensor(x)})
}

// exported runs an ONNX file and compares its first output.
func exported(d folder, network string, inputs map[string]*onnx.Value) (work, error) {
	b, err := os.ReadFile(d.path(network))
	if err != nil {
		return nil, err
	}
	model, err := onnx.Load(b)
	if err != nil {
		return nil, err
	}
	first := model.Outputs()[0].Name
	return func() ([]float64, error) {
		out, err := model.Run(context.Background(), inputs)
		if err != nil {
			return nil, err
		}
		return sample(out[first].F32), nil
	}, nil
}
