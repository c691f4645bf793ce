package sessions

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
)

// Session is one editing request. Absent fields are nil.
type Session struct {
	Object *Region // what is copied
	Paste  *Region // where it is pasted
	Query  *Region // last search of the interface; edits ignore it
	Key    []Region
	// Extra holds the fields of the file that have no meaning here, by name; they are written back.
	Extra map[string]json.RawMessage
}

// Region is a painted part of one image.
type Region struct {
	Image int   // row of the session's table of latents
	Mask  *Mask // nil when the file has the empty text: nothing painted
}

// Context lists the regions whose keys span the update directions: Key or, when the session has
// none, the paste region alone. It is empty when there is neither.
func (s *Session) Context() []Region {
	if len(s.Key) == 0 && s.Paste != nil {
		return []Region{*s.Paste}
	}
	return s.Key
}

// MarshalJSON writes the pair [image, mask].
func (r Region) MarshalJSON() ([]byte, error) {
	url := ""
	if r.Mask != nil {
		url = r.Mask.URL()
	}
	return json.Marshal([]any{r.Image, url})
}

// Write saves the session as JSON with indent 1, known fields first, then the unknown ones by name.
func (s *Session) Write(w io.Writer) error {
	var b bytes.Buffer
	separator := "{"
	field := func(name string, value any) error {
		text, err := json.MarshalIndent(value, " ", " ")
		if err != nil {
			return fmt.Errorf("session field %q: %w", name, err)
		}
		quoted, _ := json.Marshal(name) // a string always marshals
		fmt.Fprintf(&b, "%s\n %s: %s", separator, quoted, text)
		separator = ","
		return nil
	}
	for _, f := range []struct {
		name   string
		region *Region
	}{{"object", s.Object}, {"paste", s.Paste}, {"query", s.Query}} {
		if f.region == nil {
			continue
		}
		if err := field(f.name, *f.region); err != nil {
			return err
		}
	}
	if len(s.Key) > 0 {
		if err := field("key", s.Key); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Extra)) {
		if slices.Contains(known, name) {
			return fmt.Errorf("session: extra field %q has the name of a known one", name)
		}
		if err := field(name, s.Extra[name]); err != nil {
			return err
		}
	}
	if separator == "{" {
		b.WriteString("{")
	}
	b.WriteString("\n}\n")
	_, err := w.Write(b.Bytes())
	return err
}
