package config

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
)

// table reads the keys of one TOML table and remembers the first mistake. Keys that were not asked for are mistakes too.
type table struct {
	doc   *document
	path  string
	m     map[string]any
	known []string
	first *mistakes // shared by all tables of a document
}

// mistakes are the first of each sort. A key that is unknown is told before one that is missing: the one is
// often the other, misspelt.
type mistakes struct{ wrong, missing error }

func (m *mistakes) err() error {
	if m.wrong != nil {
		return m.wrong
	}
	return m.missing
}

func (t *table) fail(key, format string, args ...any) {
	if t.first.wrong == nil {
		t.first.wrong = t.doc.at(join(t.path, key), format, args...)
	}
}

func (t *table) missing(key, format string, args ...any) {
	if t.first.missing == nil {
		t.first.missing = t.doc.at(join(t.path, key), format, args...)
	}
}

func (t *table) get(key string) any {
	t.known = append(t.known, key)
	return t.m[key]
}

// know marks keys that are read elsewhere.
func (t *table) know(keys ...string) { t.known = append(t.known, keys...) }

// sub is a table inside this one; absent is like empty.
func (t *table) sub(key string) *table {
	s := &table{doc: t.doc, path: join(t.path, key), m: map[string]any{}, first: t.first}
	switch v := t.get(key).(type) {
	case nil:
	case map[string]any:
		s.m = v
	default:
		t.fail(key, "must be a table, written [%s]; is %s", key, kindOf(v))
	}
	return s
}

func (t *table) text(key, standard string) string {
	switch v := t.get(key).(type) {
	case nil:
		return standard
	case string:
		return v
	default:
		t.fail(key, "must be text in quotes, is %s", kindOf(v))
		return standard
	}
}

func (t *table) required(key, example string) string {
	s := t.text(key, "")
	if s == "" {
		t.missing(key, "is required, such as %s = %q", key, example)
	}
	return s
}

func (t *table) whole(key string, standard, low, high int) int {
	switch v := t.get(key).(type) {
	case nil:
		return standard
	case int64:
		if v < int64(low) || v > int64(high) {
			t.fail(key, "must be from %d to %d, is %d", low, high, v)
			return standard
		}
		return int(v)
	default:
		t.fail(key, "must be a whole number from %d to %d, is %s", low, high, kindOf(v))
		return standard
	}
}

// layer is a number, or a name in quotes.
func (t *table) layer(key string) Layer {
	if name, ok := t.m[key].(string); ok && name != "" {
		t.know(key)
		return Layer{Name: name}
	}
	if t.m[key] == nil {
		t.missing(key, "is required: the number or name of the layer to edit; `pipeline inspect MODEL` lists them")
	}
	return Layer{Number: t.whole(key, 0, 1, 1000)}
}

func (t *table) number(key string, standard, above, upTo float64) float64 {
	v := t.get(key)
	if i, ok := v.(int64); ok {
		v = float64(i)
	}
	switch v := v.(type) {
	case nil:
		return standard
	case float64:
		if math.IsNaN(v) || v <= above || v > upTo {
			t.fail(key, "must be above %v and at most %v, is %v", above, upTo, v)
			return standard
		}
		return v
	default:
		t.fail(key, "must be a number above %v and at most %v, is %s", above, upTo, kindOf(v))
		return standard
	}
}

var hexHash = regexp.MustCompile(`^[0-9a-f]{64}$`)

func (t *table) hash(key string) string {
	s := strings.ToLower(t.text(key, ""))
	if s != "" && !hexHash.MatchString(s) {
		t.fail(key, "must be a SHA-256 of 64 hex digits, has %d characters", len(s))
	}
	return s
}

// done reports keys that nobody asked for, in the order of the file.
func (t *table) done() {
	var unknown []string
	for key := range t.m {
		if !slices.Contains(t.known, key) {
			unknown = append(unknown, key)
		}
	}
	slices.SortFunc(unknown, func(a, b string) int {
		la, lb := t.doc.lines[join(t.path, a)], t.doc.lines[join(t.path, b)]
		if la != lb {
			return la - lb
		}
		return strings.Compare(a, b)
	})
	if len(unknown) > 0 {
		t.fail(unknown[0], "no such key (%s)", Suggest(unknown[0], t.known))
	}
}

func kindOf(v any) string {
	switch v := v.(type) {
	case string:
		return fmt.Sprintf("the text %q", v)
	case int64, float64:
		return fmt.Sprintf("the number %v", v)
	case bool:
		return fmt.Sprintf("%v", v)
	case map[string]any:
		return "a table"
	case []map[string]any:
		return "a list of tables"
	case []any:
		return "a list"
	default:
		return fmt.Sprintf("%v", v)
	}
}
