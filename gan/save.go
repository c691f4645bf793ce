package gan

import (
	"fmt"
	"io"

	"rewriting/compute"
	"rewriting/gan/checkpoint"
)

// Save writes a generator as its kind is published. StyleGAN2: the official container, g_ema with parameters and buffers
// under their official names, and latent_avg. Progressive GAN: a bare state dict. Truncation is an option of loading
// and not stored.
func Save(w io.Writer, g Generator) error {
	var object *checkpoint.Dict
	switch g := g.(type) {
	case *styleGAN2:
		object = g.container()
	case *progGAN:
		object = g.params.dict()
	default:
		return fmt.Errorf("saving generator: kind %q has no form to be saved in", g.Info().Kind)
	}
	if err := checkpoint.Write(w, object); err != nil {
		return fmt.Errorf("saving generator: %w", err)
	}
	return nil
}

// dict is the state dict of all parameters.
func (p params) dict() *checkpoint.Dict {
	d := checkpoint.NewDict()
	for _, n := range p.names {
		d.Set(n, p.tensor(n))
	}
	return d
}

func (g *styleGAN2) container() *checkpoint.Dict {
	state := g.params.dict()
	buffers := defaultBuffers(len(g.convs))
	for _, n := range bufferNames(len(g.convs)) {
		t := buffers[n]
		if stored := g.buffers[n]; stored != nil {
			t = stored
		}
		state.Set(n, t)
	}
	root := checkpoint.NewDict()
	root.Set("g_ema", state)
	if g.average != nil {
		root.Set("latent_avg", g.average)
	}
	return root
}

// bufferNames lists the buffers of a generator with so many styled convolutions: filters, then noise maps.
func bufferNames(convs int) []string {
	var names []string
	for layer := 3; layer < convs+2; layer += 2 {
		names = append(names, convName(layer)+".conv.blur.kernel", rgbName((layer+1)/2)+".upsample.kernel")
	}
	for i := range convs {
		names = append(names, fmt.Sprintf("noises.noise_%d", i))
	}
	return names
}

// defaultBuffers are the filters outer([1,3,3,1])/64*4 and noise maps of zeros, which nothing reads.
func defaultBuffers(convs int) map[string]*compute.Tensor {
	filter := compute.New(4, 4)
	taps := [4]float32{1, 3, 3, 1}
	for i := range 16 {
		filter.Data[i] = taps[i/4] * taps[i%4] / 16
	}
	buffers := map[string]*compute.Tensor{}
	for _, n := range bufferNames(convs) {
		buffers[n] = filter
	}
	for i := range convs {
		size := firstSize << ((i + 1) / 2)
		buffers[fmt.Sprintf("noises.noise_%d", i)] = compute.New(1, 1, size, size)
	}
	return buffers
}
