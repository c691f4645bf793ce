package gan

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"

	"rewriting/compute"
	"rewriting/gan/checkpoint"
)

// Options say how a generator is to be used.
type Options struct {
	// Truncation is psi: w becomes mean + psi (w - mean). 1 means none, and so does 0, the zero value. Anything else needs the
	// mean of w in the file.
	Truncation float64
	// Input and Output name the latent and the picture of an ONNX file; they may be empty where there is only one, and must
	// be for any other file.
	Input, Output string
}

// Source is a checkpoint in memory or on disk; *bytes.Reader is one.
type Source interface {
	io.ReaderAt
	Size() int64
}

// LoadFile reads a generator from a file in any of the formats of Load.
func LoadFile(ctx context.Context, path string, o Options) (Generator, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("loading generator: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("loading generator: %w", err)
	}
	g, err := open(ctx, io.NewSectionReader(f, 0, info.Size()), o)
	if err != nil {
		return nil, fmt.Errorf("loading generator %s: %w", filepath.Base(path), err)
	}
	return g, nil
}

// Load reads a generator from a PyTorch checkpoint, a safetensors file, a pickle of NVIDIA's stylegan2-ada-pytorch
// (read as data: its source code is neither run nor looked at) or an ONNX file. StyleGAN2: the official container
// with entries g_ema and latent_avg, or a bare state dict; official or sequential names. Progressive GAN: a state dict,
// bare or under state_dict. Resolution, widths, latent size and depth of the mapping follow from the
// tensors. Loading is strict: a missing, unexpected, mis-shaped or non-finite tensor is an error naming it. An ONNX file may
// hold any generator from one latent to one picture; its convolutions are the layers.
func Load(ctx context.Context, src Source, o Options) (Generator, error) {
	g, err := open(ctx, src, o)
	if err != nil {
		return nil, fmt.Errorf("loading generator: %w", err)
	}
	return g, nil
}

func open(ctx context.Context, src Source, o Options) (Generator, error) {
	if isONNX(src) {
		return readONNX(ctx, src, o)
	}
	if err := o.unnamed(); err != nil {
		return nil, err
	}
	f, err := checkpoint.ReadFrom(src, src.Size())
	if err != nil {
		return nil, err
	}
	return load(ctx, f, o)
}

// unnamed refuses names of inputs and outputs where there are none.
func (o Options) unnamed() error {
	if name := o.Input + o.Output; name != "" {
		return fmt.Errorf("%q is to be an input or output, but only ONNX files have any by name", name)
	}
	return nil
}

func load(ctx context.Context, f *checkpoint.File, o Options) (Generator, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	psi := o.Truncation
	if psi == 0 {
		psi = 1
	}
	if math.IsNaN(psi) || math.IsInf(psi, 0) {
		return nil, fmt.Errorf("truncation %v is not a number that w can be scaled by", psi)
	}
	if f.Format == checkpoint.Pickle {
		s, err := readNVIDIA(f)
		if err != nil {
			return nil, err
		}
		g, err := loadStyleGAN2(s, nil, psi)
		if err != nil {
			return nil, err
		}
		g.note = nvidiaNote
		return g, nil
	}
	root, ok := f.Root.(*checkpoint.Dict)
	if !ok {
		return nil, fmt.Errorf("the file holds no dictionary of tensors")
	}
	var path []string
	for _, key := range []string{"g_ema", "state_dict"} {
		if _, ok := root.Get(key); ok {
			path = []string{key}
			break
		}
	}
	s, err := f.State(path...)
	if err != nil {
		return nil, err
	}
	flat := f.Format == checkpoint.Safetensors
	if isProgGAN(s) {
		g, err := loadProgGAN(s, psi)
		if err != nil {
			return nil, err
		}
		g.flat = flat
		return g, nil
	}
	if err := toOfficial(s); err != nil {
		return nil, err
	}
	average := func(dim int) (*compute.Tensor, error) { return nil, nil }
	if _, outside := root.Get("latent_avg"); outside && path != nil {
		average = func(dim int) (*compute.Tensor, error) { return f.Tensor("latent_avg", dim) }
	}
	g, err := loadStyleGAN2(s, average, psi)
	if err != nil {
		return nil, err
	}
	g.flat = flat
	return g, nil
}

// loadStyleGAN2 reads a state dict of official names. outside gives the mean of w where it is not among the tensors; it may
// be nil, and so may its result.
func loadStyleGAN2(s *checkpoint.State, outside func(dim int) (*compute.Tensor, error), psi float64) (*styleGAN2, error) {
	g, err := readStyleGAN2(s)
	if err != nil {
		return nil, err
	}
	dim := g.mapping[len(g.mapping)-1].w.Shape[0]
	if outside != nil {
		g.average, err = outside(dim)
	}
	if err == nil && g.average == nil && s.Has("latent_avg") {
		g.average, err = s.Take("latent_avg", dim)
	}
	if err != nil {
		return nil, err
	}
	if err := s.Finish(); err != nil {
		return nil, err
	}
	if g.average == nil && psi != 1 {
		return nil, fmt.Errorf("truncation %v needs the mean of w, but the file has no latent_avg", psi)
	}
	g.psi = psi
	return g, nil
}

func loadProgGAN(s *checkpoint.State, psi float64) (*progGAN, error) {
	if psi != 1 {
		return nil, fmt.Errorf("truncation %v: a Progressive GAN has none", psi)
	}
	g, err := readProgGAN(s)
	if err != nil {
		return nil, err
	}
	return g, s.Finish()
}

// reader takes tensors until the first error.
type reader struct {
	state *checkpoint.State
	out   params
	err   error
}

func (r *reader) take(name string, shape ...int) *compute.Tensor {
	if r.err != nil {
		return compute.New(make([]int, len(shape))...)
	}
	t, err := r.state.Take(name, shape...)
	if err != nil {
		r.err = err
		return compute.New(make([]int, len(shape))...)
	}
	r.out.add(name, t)
	return t
}

// maxConvs bounds the depth: no StyleGAN2 beyond 4096 pixels.
const maxConvs = 21

func readStyleGAN2(s *checkpoint.State) (*styleGAN2, error) {
	r := &reader{state: s}
	// The mapping: z -> w; its last layer says how long w is.
	depth := 0
	for s.Has(fmt.Sprintf("style.%d.weight", depth+1)) {
		depth++
	}
	width := -1
	for j := 1; j <= max(depth, 1); j++ {
		w := r.take(fmt.Sprintf("style.%d.weight", j), -1, width)
		width = w.Shape[0]
		r.take(fmt.Sprintf("style.%d.bias", j), width)
	}
	dim := width
	c := r.take("input.input", 1, -1, firstSize, firstSize).Shape[1]

	convs := 1
	for s.Has(convName(convs+2) + ".conv.weight") {
		convs++
	}
	if convs%2 == 0 || convs < 3 || convs > maxConvs {
		return nil, fmt.Errorf("the file has %d styled convolutions; StyleGAN2 has one, and two more per doubling of the size", convs)
	}
	for number := 2; number <= convs+1; number++ {
		name := convName(number)
		out := r.take(name+".conv.weight", 1, -1, c, 3, 3).Shape[1]
		r.take(name+".conv.modulation.weight", c, dim)
		r.take(name+".conv.modulation.bias", c)
		r.take(name+".noise.weight", 1)
		r.take(name+".activate.bias", out)
		c = out
		if number%2 == 0 {
			rgb := rgbName(number / 2)
			r.take(rgb+".bias", 1, 3, 1, 1)
			r.take(rgb+".conv.weight", 1, 3, c, 1, 1)
			r.take(rgb+".conv.modulation.weight", c, dim)
			r.take(rgb+".conv.modulation.bias", c)
		}
	}
	if r.err != nil {
		return nil, r.err
	}
	buffers, err := readBuffers(s, convs)
	if err != nil {
		return nil, err
	}
	g := newStyleGAN2(r.out, nil)
	g.buffers = buffers
	return g, nil
}

// readBuffers keeps what the official file stores beside the parameters, so that saving gives it back. None of
// it is read when rendering; a filter other than the one built in is refused, because the images would differ.
func readBuffers(s *checkpoint.State, convs int) (map[string]*compute.Tensor, error) {
	buffers := map[string]*compute.Tensor{}
	filter := firFilter()
	for _, b := range buffersOf(convs) {
		if !s.Has(b.name) {
			continue
		}
		t, err := s.Take(b.name, b.shape...)
		if err != nil {
			return nil, err
		}
		if b.filter && !nearly(t.Data, filter.Data) {
			return nil, fmt.Errorf("tensor %q is not the [1,3,3,1] filter with gain 4", b.name)
		}
		buffers[b.name] = t
	}
	return buffers, nil
}

// filterTolerance allows for filters that were normalised in another order of operations.
const filterTolerance = 1e-6

func nearly(a, b []float32) bool {
	for i, v := range a {
		if math.Abs(float64(v-b[i])) > filterTolerance {
			return false
		}
	}
	return true
}
