package gan

import (
	"gorgonia.org/gorgonia"

	"rewriting/compute"
	"rewriting/onnx"
)

// Generator maps latents to images. It is immutable: every method may be called from
// several goroutines, and an edit makes a new Generator that shares all unedited tensors,
// so no edit can leak into another.
type Generator interface {
	// Info describes the network; all of it is read from the tensors.
	Info() Info
	// Layers lists the editable layers, lowest first.
	Layers() []Layer
	// Image renders z [N,LatentDim] to [N,3,R,R], unclamped, nominal range [-1,1].
	// The whole batch is one call of the network: noise depends on the position in it
	// (spec: generators, section 4), so benchmark images are rendered one at a time.
	Image(z *compute.Tensor) (*compute.Tensor, error)
	// Cut takes the network apart at an editable layer.
	Cut(layer int) (Cut, error)
	// Tensors are the trainable parameters by their official (stored) names, in a fixed order given by Names.
	// The tensors must not be written to.
	Tensors() map[string]*compute.Tensor
	// Names lists the keys of Tensors in a fixed order.
	Names() []string
	// With returns a generator in which the named tensors are replaced. A name that does not
	// exist or a tensor of another shape is an error naming it.
	With(changed map[string]*compute.Tensor) (Generator, error)
	// Graph builds the whole differentiable network on g for fixed latents z [N,LatentDim]: params holds
	// one node per entry of Tensors. The result is the image node [N,3,R,R].
	Graph(g *gorgonia.ExprGraph, params map[string]*gorgonia.Node, z *compute.Tensor) (*gorgonia.Node, error)
}

// Info describes a generator.
type Info struct {
	Kind       string  // "stylegan2", "proggan", "onnx"
	LatentDim  int     // length of z
	Resolution int     // pixels per side
	Truncation float64 // psi in force; 1 means none
	Parameters int     // number of trainable numbers
	Hash       string  // SHA-256 over names, shapes and values of all tensors and psi, in hex
	// Raw says that weights are stored as they are used. Those of StyleGAN2 and Progressive GAN are equalised, with a spread
	// near 1; a learning rate for raw ones has to be in proportion to their Spread.
	Raw bool
	// Note says what a user should know about how the file was read; usually empty.
	Note string
}

// Layer describes one editable layer: what the field calls "layer L" (code layer number).
type Layer struct {
	Number    int
	Name      string // the official name of the weight tensor, a key of Generator.Tensors
	Node      string `json:",omitempty"` // the node of an ONNX graph; empty for other kinds
	In, Out   int    // channels of key and value
	KeySize   int    // height = width of the key map
	ValueSize int    // height = width of the value map
	Kernel    int    // kernel height = width
}

// Scale is the factor between value and key resolution: 1, 2 in upsampling layers.
func (l Layer) Scale() int { return l.ValueSize / l.KeySize }

// Cut is a generator taken apart at one layer: context, target, rendering.
type Cut interface {
	Layer() Layer
	// Context runs everything before the edited convolution. z is [N,LatentDim].
	Context(z *compute.Tensor) (*State, error)
	// Target maps the state's keys to values: [N,Out,h,w]. On a cropped state it runs on the crop
	// alone (zero padding at the crop's edge, noise drawn for the crop's own size).
	Target(s *State) (*compute.Tensor, error)
	// Render turns values into images [N,3,R,R] with everything the state carries along.
	Render(s *State, v *compute.Tensor) (*compute.Tensor, error)
	// Weight is the edited convolution's stored weight viewed as [Out,In,kh,kw]. It must not be written to. Where it is
	// stored in another order (a transposed convolution of an ONNX file), WithWeight puts it back.
	Weight() *compute.Tensor
	// WithWeight returns the cut of a generator in which this weight is w ([Out,In,kh,kw]).
	WithWeight(w *compute.Tensor) (Cut, error)
	// Generator is the whole network this cut was taken from.
	Generator() Generator
	// TargetGraph builds Target as a differentiable expression of the weight node w [Out,In,kh,kw].
	TargetGraph(g *gorgonia.ExprGraph, w *gorgonia.Node, s *State) (*gorgonia.Node, error)
}

// State is what flows from context to target and rendering.
type State struct {
	Key    *compute.Tensor // keys [N,In,h,w]
	Style  *compute.Tensor // style of the edited layer [N,In], nil where there is none
	Latent *compute.Tensor // per-layer latents, whatever the network needs later on
	RGB    *compute.Tensor // running image, nil where there is none
	// Live are the other values of an ONNX graph that rendering needs, one set per image; nil for other kinds.
	Live []map[string]*onnx.Value
}

// Box is a rectangle of cells: bottom and right are exclusive.
type Box struct{ Top, Left, Bottom, Right int }
