package gan

import (
	"fmt"
	"io"

	"rewriting/compute"
	"rewriting/gan/checkpoint"
)

// Save writes a generator as its kind is published. StyleGAN2: the official container, g_ema with parameters and buffers
// under their official names, and latent_avg. Progressive GAN: a bare state dict. Both go back into
// a flat safetensors file if they came from one, and an NVIDIA pickle becomes the official container. ONNX: the file that was
// loaded with the values of edited initialisers replaced; a described one becomes a state dict again. Truncation is an option of loading and not stored, except by a
// graph that truncates, which keeps the psi that it was loaded with.
func Save(w io.Writer, g Generator) error {
	var object *checkpoint.Dict
	write := func(w io.Writer, d *checkpoint.Dict) error { return checkpoint.Write(w, d) }
	switch g := g.(type) {
	case *onnxGAN:
		if g.described != nil {
			object = g.described.dict(g.params)
			if g.described.flat {
				write = checkpoint.WriteSafetensors
			}
			break
		}
		b, err := g.model.Bytes()
		if err == nil {
			_, err = w.Write(b)
		}
		if err != nil {
			return fmt.Errorf("saving generator: %w", err)
		}
		return nil
	case *styleGAN2:
		object = g.container()
		if g.flat {
			write, object = checkpoint.WriteSafetensors, g.state()
			if g.average != nil {
				object.Set("latent_avg", g.average)
			}
		}
	case *progGAN:
		object = g.params.dict()
		if g.flat {
			write = checkpoint.WriteSafetensors
		}
	default:
		return fmt.Errorf("saving generator: kind %q has no form to be saved in", g.Info().Kind)
	}
	if err := write(w, object); err != nil {
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

// state holds parameters and buffers.
func (g *styleGAN2) state() *checkpoint.Dict {
	state := g.params.dict()
	for _, b := range buffersOf(len(g.convs)) {
		t := g.buffers[b.name]
		switch {
		case t != nil:
		case b.filter:
			t = firFilter()
		default:
			t = compute.New(b.shape...)
		}
		state.Set(b.name, t)
	}
	return state
}

func (g *styleGAN2) container() *checkpoint.Dict {
	root := checkpoint.NewDict()
	root.Set("g_ema", g.state())
	if g.average != nil {
		root.Set("latent_avg", g.average)
	}
	return root
}

// buffer is a stored tensor that rendering never reads.
type buffer struct {
	name   string
	shape  []int
	filter bool // the FIR filter; otherwise a noise map
}

// buffersOf lists the buffers of a generator with so many styled convolutions: filters, then noise maps.
func buffersOf(convs int) []buffer {
	var all []buffer
	for layer := 3; layer < convs+2; layer += 2 {
		all = append(all,
			buffer{convName(layer) + ".conv.blur.kernel", []int{4, 4}, true},
			buffer{rgbName((layer+1)/2) + ".upsample.kernel", []int{4, 4}, true})
	}
	for i := range convs {
		size := firstSize << ((i + 1) / 2)
		all = append(all, buffer{fmt.Sprintf("noises.noise_%d", i), []int{1, 1, size, size}, false})
	}
	return all
}

// firFilter is outer([1,3,3,1])/64*4, the filter of every blur and upsampling.
func firFilter() *compute.Tensor {
	f := compute.New(4, 4)
	taps := [4]float32{1, 3, 3, 1}
	for i := range f.Data {
		f.Data[i] = taps[i/4] * taps[i%4] / 16
	}
	return f
}
