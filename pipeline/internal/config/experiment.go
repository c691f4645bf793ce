package config

import "maps"

// Experiment is one config, with defaults filled in.
type Experiment struct {
	Kind        Kind
	Title       string
	Generator   Generator
	Session     Session
	Samples     Samples
	Latents     Latents
	Contains    *Entry // what the images of the samples shall contain; nil for anything
	Methods     []Entry
	Metrics     []Entry
	Compare     Compare
	Report      Report
	Run         Run
	Missing     []string // what the experiment that is repeated has and this one has not, in the words of its author
	Preset      Preset
	FIDLayers   *LayerFID   // of the kind of this name, else nil
	Reflections *Reflection // of the kind of this name, else nil

	// Path is the file that the experiment was read from.
	Path string
	doc  *document
}

// Generator is the network to rewrite.
type Generator struct {
	Model      string  // "world:NAME" or a checkpoint
	Truncation float64 // psi in (0,1]
	SHA256     string  // pinned hash of the file; empty: not pinned
	Output     string  // of an ONNX file: the one that is the picture; empty where there is only one
}

// Session is the edit that all methods are asked for.
type Session struct {
	File   string // JSON
	SHA256 string // pinned hash of the file; empty: not pinned
	// Context is another session, whose context regions take the place of this one's; empty: its own.
	Context string
	Layer   Layer
	Rows    int    // rows of the session's table of latents, from which C is measured too
	Seed    uint32 // seed of that table

	MomentTruncation float64 // psi of the generator that C is measured on; the generator's own unless given
}

// Layer is the layer to edit: its code number, or the name of a convolution's weight or node.
type Layer struct {
	Number int    // 0 where it is named
	Name   string // empty where it is numbered
}

// Samples are the images that are drawn and scored.
type Samples struct {
	Count int
	First uint32 // seed of the first
	Chunk int    // samples per file
}

// Latents say which latents the samples have. They stand in [samples], too.
type Latents struct {
	Table bool // rows of the session's table instead of a latent per seed
	Batch int  // samples whose noise is that of one batch; 1 for each alone
}

// Entry is one [[method]] or [[metric]]: its name, its registered kind, and the other keys as they stand in the file.
type Entry struct {
	Name   string
	Kind   string
	Params map[string]any
	Path   string // where it stands, such as "method.0"
}

// With is the entry with another value for one of its keys.
func (e Entry) With(key string, value any) Entry {
	e.Params = maps.Clone(e.Params)
	e.Params[key] = value
	return e
}

// Compare says what the table is compared with.
type Compare struct {
	Paper     string // file of published numbers, or empty
	Reference string // name of the method that differences are taken from

	Rows map[string]string // titles of published rows that rows stand for, where kind and settings do not tell
}

// Report says how many pictures the report shows.
type Report struct {
	Ranked  int // images that respond most to the direction
	Samples int // samples under every method
}

// Run says how to compute. Nothing here changes a result.
type Run struct {
	Workers int // goroutines; 0 means one per core
}

// Limits that keep a slip of the finger from filling a disk.
const (
	maxCount = 100_000_000
	maxRows  = 1_000_000
	maxChunk = 100_000
)
