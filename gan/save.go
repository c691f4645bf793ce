package gan

import (
	"errors"
	"fmt"
	"io"

	"rewriting/compute"
	"rewriting/gan/checkpoint"
)

// Save writes a StyleGAN2 in the official container: g_ema with parameters and buffers under their official names, and
// latent_avg. Truncation is an option of loading and not stored.
func Save(w io.Writer, g Generator) error {
	s, ok := g.(*styleGAN2)
	if !ok {
		return errors.New("only a StyleGAN2 has an official container to be saved in")
	}
	state := checkpoint.NewDict()
	for _, n := range s.params.names {
		state.Set(n, s.params.tensor(n))
	}
	buffers := defaultBuffers(len(s.convs))
	for _, n := range bufferNames(len(s.convs)) {
		t := buffers[n]
		if stored := s.buffers[n]; stored != nil {
			t = stored
		}
		state.Set(n, t)
	}
	root := checkpoint.NewDict()
	root.Set("g_ema", state)
	if s.average != nil {
		root.Set("latent_avg", s.average)
	}
	if err := checkpoint.Write(w, root); err != nil {
		return fmt.Errorf("saving generator: %w", err)
	}
	return nil
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
