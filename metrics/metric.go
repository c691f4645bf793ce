package metrics

import (
	"context"
	"fmt"
	"strings"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/worlds"
)

// Metric turns a sample into numbers. All methods may be called from several goroutines.
type Metric interface {
	// Columns describes the numbers, in the order of Score.
	Columns() []Column
	// Score returns one raw number per column; NaN where the column does not apply to the sample.
	Score(ctx context.Context, s *Sample) ([]float64, error)
}

// Preparer is a metric with work that depends on the clean side of a sample alone. Prepare does that
// work and leaves it in s.Prepared, so that Score under every method finds it there; a metric scores the
// same without it, only slower.
type Preparer interface {
	Metric
	Prepare(ctx context.Context, s *Sample) error
}

// Sample is one seed, clean and edited. Images are [1,3,R,R] in [-1,1] after the 8-bit round trip.
type Sample struct {
	Seed          uint32
	Z             []float32 // latent, for what a world knows about it
	Clean, Edited *compute.Tensor
	Prepared      *Prepared // shared by all samples of this seed; may be nil
	Row           string    // name of the method, for what people have said of its images

	edited *view // set by Under
}

// Context is what metrics are built from.
type Context struct {
	World     worlds.World  // nil where there is none
	Generator gan.Generator // the unedited generator; needed by counterfactual only
	// Open returns the network of a name used in a config, such as "world:faces/lpips" or "nets/lpips.onnx".
	Open func(name string) (Network, error)
	// Read returns a file that a config names.
	Read func(name string) ([]byte, error)
	// Quantise is the program's one 8-bit round trip. It makes pictures that a metric renders itself
	// comparable with those of the samples.
	Quantise func(*compute.Tensor) *compute.Tensor
}

// Network is a feed-forward network. Implementations are safe for concurrent use and give the same
// bits for the same input.
type Network interface {
	// Info describes the network; it is constant.
	Info() NetworkInfo
	// Run evaluates the network on its inputs in the order of Info().Inputs and returns all outputs in
	// the order of Info().Outputs.
	Run(ctx context.Context, inputs ...*compute.Tensor) ([]*compute.Tensor, error)
}

// NetworkInfo is what a report says about a network and what a metric reads from it.
type NetworkInfo struct {
	Name            string // as the config calls it
	SHA256          string // of the file, hex
	Inputs, Outputs []string
	Metadata        map[string]string // "labels", "attributes": comma separated names; "input_range"
}

// cite is how protocols name a network.
func (n NetworkInfo) cite() string {
	hash := n.SHA256
	if len(hash) > 12 {
		hash = hash[:12]
	}
	return n.Name + " (sha256 " + hash + ")"
}

func split(list string) []string {
	if strings.TrimSpace(list) == "" {
		return nil
	}
	names := strings.Split(list, ",")
	for i := range names {
		names[i] = strings.TrimSpace(names[i])
	}
	return names
}

// open fetches a network and checks how many images it takes.
func open(c Context, param, name string, inputs int) (Network, error) {
	if c.Open == nil {
		return nil, fmt.Errorf("%s = %q: no networks can be opened here", param, name)
	}
	net, err := c.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%s = %q: %w", param, name, err)
	}
	info := net.Info()
	if len(info.Inputs) != inputs {
		return nil, fmt.Errorf("%s = %q: the network has inputs %v, this metric gives it %d", param, name, info.Inputs, inputs)
	}
	return net, nil
}
