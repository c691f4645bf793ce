package sessions

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
)

// Reflection is one scene of the published reflection data (posneg.json; spec: sessions 3).
type Reflection struct {
	Image        int   // row of the table of latents
	Intervention *Mask // where the window units are set
	Revert       *Mask // the surface that reflects them
	Value        string
}

// LoadReflections reads the file at path.
func LoadReflections(path string) ([]Reflection, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reflection masks: %w", err)
	}
	defer f.Close()
	all, err := ReadReflections(f)
	if err != nil {
		return nil, fmt.Errorf("reflection masks %s: %w", path, err)
	}
	return all, nil
}

// ReadReflections parses an object of image numbers, each with "intervention" and "revert", PNG data URLs, and "value", which the
// interface kept for itself. The scenes come in the order of their image numbers, as the released code uses them.
func ReadReflections(r io.Reader) ([]Reflection, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxFile {
		return nil, fmt.Errorf("larger than %d MiB", maxFile>>20)
	}
	fields, err := object(text, "reflection masks: the file must hold one JSON object of image numbers")
	if err != nil {
		return nil, err
	}
	var all []Reflection
	for name, raw := range fields {
		s, err := reflection(name, raw)
		if err != nil {
			return nil, fmt.Errorf("image %q: %w", name, err)
		}
		all = append(all, *s)
	}
	slices.SortFunc(all, func(a, b Reflection) int { return a.Image - b.Image })
	return all, nil
}

func reflection(name string, raw json.RawMessage) (*Reflection, error) {
	image, err := strconv.Atoi(name)
	if err != nil || image < 0 || image > maxImage || strconv.Itoa(image) != name {
		return nil, fmt.Errorf("must be a row number (0, 1, 2, ...)")
	}
	var entry struct{ Value, Intervention, Revert *string }
	if err := json.Unmarshal(raw, &entry); err != nil {
		return nil, fmt.Errorf("must be an object of texts: value, intervention, revert")
	}
	s := &Reflection{Image: image}
	if entry.Value != nil {
		s.Value = *entry.Value
	}
	for _, m := range []struct {
		name string
		url  *string
		to   **Mask
	}{{"intervention", entry.Intervention, &s.Intervention}, {"revert", entry.Revert, &s.Revert}} {
		if m.url == nil {
			return nil, fmt.Errorf("%s is missing: it must be a PNG data URL", m.name)
		}
		if *m.to, err = ParseMask(*m.url); err != nil {
			return nil, fmt.Errorf("%s: %w", m.name, err)
		}
	}
	return s, nil
}
