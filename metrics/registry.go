package metrics

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"
)

// Spec is a metric as a config asks for it: parameters with defaults, decoded from TOML.
type Spec interface {
	// Check finds the mistakes that show without opening anything. Its errors name the key and say
	// what is allowed.
	Check() error
	// Networks lists the names that Build will open, so that a plan can hash and test them first.
	Networks() []string
	// Build opens the networks, checks the rest (labels, attributes, rules) and makes the metric.
	Build(c Context) (Metric, error)
}

// ParamError is a mistake in one key of a [[metric]] table.
type ParamError struct {
	Key string
	Err error
}

func (e *ParamError) Error() string { return e.Key + ": " + e.Err.Error() }

// Unwrap gives the mistake without the key.
func (e *ParamError) Unwrap() error { return e.Err }

var (
	registryMu sync.RWMutex
	registry   = map[string]func(name string) Spec{}
)

// Register makes a kind of metric available. fresh returns its parameters with defaults under the
// title that the config gives ("" for none). A second registration of a kind panics.
func Register(kind string, fresh func(name string) Spec) {
	registryMu.Lock()
	defer registryMu.Unlock()
	if _, twice := registry[kind]; twice {
		panic("metrics: kind " + kind + " registered twice")
	}
	registry[kind] = fresh
}

// Kinds lists the registered kinds in alphabetical order.
func Kinds() []string {
	registryMu.RLock()
	defer registryMu.RUnlock()
	return slices.Sorted(maps.Keys(registry))
}

// Decode reads the parameters of a [[metric]] table (without name and kind) and checks them. An
// unknown kind or key and a value of the wrong type are errors that say what exists.
func Decode(kind, name string, params map[string]any) (Spec, error) {
	registryMu.RLock()
	fresh, ok := registry[kind]
	registryMu.RUnlock()
	if !ok {
		return nil, &ParamError{"kind", fmt.Errorf("there is no metric %q; there is %s", kind, strings.Join(Kinds(), ", "))}
	}
	spec := fresh(name)
	if err := decode(spec, "metric "+kind, params); err != nil {
		return nil, err
	}
	if err := spec.Check(); err != nil {
		return nil, err
	}
	return spec, nil
}

// decode reads parameters into a struct, one key at a time, so that an error can name its key.
func decode(into any, what string, params map[string]any) error {
	var text bytes.Buffer
	for _, key := range slices.Sorted(maps.Keys(params)) {
		text.Reset()
		if err := toml.NewEncoder(&text).Encode(map[string]any{key: params[key]}); err != nil {
			return &ParamError{key, err}
		}
		md, err := toml.NewDecoder(&text).Decode(into)
		if err != nil {
			return &ParamError{key, fmt.Errorf("wrong type: %w", err)}
		}
		if unknown := md.Undecoded(); len(unknown) > 0 {
			return &ParamError{key, fmt.Errorf("%s has no parameter %q", what, unknown[0])}
		}
	}
	return nil
}

// Heading is what all kinds share: the title of the config and the stable key.
type Heading struct {
	name string
	Key  string `toml:"key"` // stem of the column keys; each kind has a default
}

func (h Heading) title(standard string) string {
	if h.name != "" {
		return h.name
	}
	return standard
}

func (h Heading) check() error {
	if h.Key != "" && h.Key != slug(h.Key) {
		return &ParamError{"key", fmt.Errorf("%q: only lower-case letters, digits and single dashes; %q would do", h.Key, slug(h.Key))}
	}
	return nil
}

func (h Heading) key(standard string) string {
	if h.Key != "" {
		return h.Key
	}
	return standard
}

// slug makes a key of a title: "% smiling" becomes "smiling".
func slug(title string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(title) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.TrimSuffix(b.String(), "-")
}

// region names in configs and keys.
const (
	outside = "outside"
	inside  = "inside"
	whole   = "all"
)

func checkChoices(key string, chosen []string, allowed ...string) error {
	if len(chosen) == 0 {
		return &ParamError{key, fmt.Errorf("is empty; choose from %s", quoted(allowed))}
	}
	for i, c := range chosen {
		if !slices.Contains(allowed, c) {
			return &ParamError{key, fmt.Errorf("%q: choose from %s", c, quoted(allowed))}
		}
		if slices.Contains(chosen[:i], c) {
			return &ParamError{key, fmt.Errorf("%q stands twice", c)}
		}
	}
	return nil
}
