package stage

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"sort"
	"strings"
)

// Content is everything that the result of one stage depends on. Two stages with equal content have
// equal results, and a result is looked up by the hash of its content alone.
type Content struct {
	Kind    string  `json:"kind"`    // what is computed, such as "moment"
	Version int     `json:"version"` // raised when the code computes something else from the same fields
	Fields  []Field `json:"fields"`  // sorted by name
}

// Field is one named dependency in canonical form.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"` // JSON of the value: shortest floats, sorted map keys
}

// NewContent starts the content of a stage.
func NewContent(kind string, version int) *Content {
	return &Content{Kind: kind, Version: version}
}

// Set adds a dependency and returns c. The value must be what encoding/json can write; it is a programmer's error
// to set a name twice.
func (c *Content) Set(name string, value any) *Content {
	text, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("stage: field %s of %s has no canonical form: %v", name, c.Kind, err))
	}
	at := sort.Search(len(c.Fields), func(i int) bool { return c.Fields[i].Name >= name })
	if at < len(c.Fields) && c.Fields[at].Name == name {
		panic(fmt.Sprintf("stage: field %s of %s is set twice", name, c.Kind))
	}
	c.Fields = append(c.Fields, Field{})
	copy(c.Fields[at+1:], c.Fields[at:])
	c.Fields[at] = Field{Name: name, Value: string(text)}
	return c
}

// Key is the SHA-256 of the content in hex. Every text is preceded by its length, so no two contents
// are written alike.
func (c *Content) Key() string {
	h := sha256.New()
	text(h, c.Kind)
	number(h, c.Version)
	for _, f := range c.Fields {
		text(h, f.Name)
		text(h, f.Value)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func text(h hash.Hash, s string) {
	number(h, len(s))
	h.Write([]byte(s))
}

func number(h hash.Hash, n int) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], uint64(n))
	h.Write(b[:])
}

// Differences says in words in what was differs from is: "layer: 7 -> 8". Long values are cut.
func Differences(was, is *Content) []string {
	var out []string
	if was.Version != is.Version {
		out = append(out, fmt.Sprintf("version of stage %s: %d -> %d", is.Kind, was.Version, is.Version))
	}
	old := make(map[string]string, len(was.Fields))
	for _, f := range was.Fields {
		old[f.Name] = f.Value
	}
	for _, f := range is.Fields {
		before, had := old[f.Name]
		delete(old, f.Name)
		switch {
		case !had:
			out = append(out, fmt.Sprintf("%s: new, %s", f.Name, brief(f.Value)))
		case before != f.Value:
			out = append(out, f.Name+": "+change(before, f.Value))
		}
	}
	for _, f := range was.Fields {
		if before, left := old[f.Name]; left {
			out = append(out, fmt.Sprintf("%s: was %s, gone", f.Name, brief(before)))
		}
	}
	return out
}

// change shows two values from where they begin to differ.
func change(before, after string) string {
	at := 0
	for at < min(len(before), len(after)) && before[at] == after[at] {
		at++
	}
	const context = 20
	if at <= context+longest/2 {
		return brief(before) + " -> " + brief(after)
	}
	cut := func(s string) string {
		return "..." + strings.ToValidUTF8(strings.ReplaceAll(s[at-context:min(len(s), at+context)], `\n`, " "), "") + "..."
	}
	return cut(before) + " -> " + cut(after)
}

// longest is the length from which values are cut.
const longest = 60

// brief shortens hashes and long values for a line of text.
func brief(value string) string {
	var s string
	if json.Unmarshal([]byte(value), &s) == nil {
		value = s
	}
	if len(value) == hex.EncodedLen(sha256.Size) {
		return value[:12]
	}
	if len(value) > longest {
		return strings.ToValidUTF8(value[:longest-3], "") + "..."
	}
	return value
}

// HashBytes is the SHA-256 of b in hex.
func HashBytes(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
