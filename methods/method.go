package methods

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/sessions"
)

// Method is one row of a table. Methods have no state: they are safe for concurrent use.
type Method interface {
	// Describe says what the method is, for help texts and reports.
	Describe() Description
	// Defaults are the paper's settings.
	Defaults() Params
	// Check finds every mistake in the settings and the session that can be seen before any work.
	Check(Params, gan.Layer, *sessions.Session) error
	// Apply makes the edit. It is deterministic up to Edit.Seconds, and stops when ctx is done.
	Apply(context.Context, Task) (*Edit, error)
	// Renderer draws images with a finished edit; of the task it needs all but the table and the moment.
	Renderer(Task, *Edit) (Renderer, error)
}

// TaskChecker is a method that can find more mistakes before any work when it sees the generator and the networks, too.
type TaskChecker interface {
	CheckTask(Task) error
}

// Description is what a person should know about a method.
type Description struct {
	Title      string   // short, for a row's label: "Ours"
	Row        string   // the row of the paper's tables, in its words
	About      string   // what it does, a sentence or two
	Parameters []string // the settings it reads, by their names in a configuration file
}

// Renderer draws the images of a method. It is safe for concurrent use.
type Renderer interface {
	// Image draws one sample, [1,3,R,R], unclamped.
	Image(context.Context, Sample) (*compute.Tensor, error)
}

// Sample is one latent of an experiment.
type Sample struct {
	Seed uint32
	Z    []float32
	// Position is that in the batch with which the sample is drawn where batches are imitated (gan.At); else 0.
	Position int
	// Drawing shares between rows what their generators have in common for this latent and position; nil shares nothing.
	Drawing *gan.Drawing
	Clean   *compute.Tensor // the unedited image [1,3,R,R] for methods that work on pixels; may be nil for others
}

var (
	mu       sync.RWMutex
	registry = map[string]Method{}
)

// Register makes a method available under a kind, the word of configuration files. A second registration
// of a kind panics.
func Register(kind string, m Method) {
	mu.Lock()
	defer mu.Unlock()
	if _, twice := registry[kind]; twice {
		panic("methods: " + kind + " registered twice")
	}
	registry[kind] = m
}

// Lookup returns the method of a kind; the error for an unknown one lists what exists.
func Lookup(kind string) (Method, error) {
	mu.RLock()
	m, ok := registry[kind]
	mu.RUnlock()
	if !ok {
		return nil, fmt.Errorf("no method of kind %q; there is %s", kind, strings.Join(Kinds(), ", "))
	}
	return m, nil
}

// Kinds lists the registered kinds in alphabetical order.
func Kinds() []string {
	mu.RLock()
	defer mu.RUnlock()
	kinds := make([]string, 0, len(registry))
	for kind := range registry {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	return kinds
}
