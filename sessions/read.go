package sessions

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// Limits of what Read accepts: far beyond any real session, small enough to be read safely.
const (
	maxFile  = 64 << 20 // bytes of JSON
	maxSide  = 4096     // pixels of a mask's side
	maxImage = 1<<31 - 1
)

var known = []string{"object", "paste", "key", "query"}

// Load reads the session file at path.
func Load(path string) (*Session, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	defer f.Close()
	s, err := Read(f)
	if err != nil {
		return nil, fmt.Errorf("session %s: %w", path, err)
	}
	return s, nil
}

// Read parses a session and decodes every mask in it. Errors name the field, the region in it and
// what is wrong. An object, paste, query or key that is null or an empty list is absent.
func Read(r io.Reader) (*Session, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxFile {
		return nil, fmt.Errorf("larger than %d MiB: not a session file", maxFile>>20)
	}
	fields, err := object(text, "a session: the file must hold one JSON object with the fields object, paste, key")
	if err != nil {
		return nil, err
	}
	s := &Session{}
	for name, raw := range fields {
		var err error
		switch name {
		case "object":
			s.Object, err = region(raw)
		case "paste":
			s.Paste, err = region(raw)
		case "query":
			s.Query, err = region(raw)
		case "key":
			s.Key, err = regions(raw)
		default:
			if s.Extra == nil {
				s.Extra = map[string]json.RawMessage{}
			}
			s.Extra[name] = raw
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return s, nil
}

// object splits a JSON object into its fields. A field given twice is an error: one of the two
// would be lost, and which one is a matter of the parser.
func object(text []byte, what string) (map[string]json.RawMessage, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	start, err := d.Token()
	if err != nil {
		return nil, fmt.Errorf("not JSON: %w", ended(err))
	}
	if start != json.Delim('{') {
		return nil, fmt.Errorf("not %s", what)
	}
	fields := map[string]json.RawMessage{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("not JSON: %w", ended(err))
		}
		name, _ := token.(string) // the decoder accepts nothing else here
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return nil, fmt.Errorf("%s: not JSON: %w", name, ended(err))
		}
		if _, twice := fields[name]; twice {
			return nil, fmt.Errorf("%s: the field is given twice", name)
		}
		fields[name] = raw
	}
	if _, err := d.Token(); err != nil {
		return nil, fmt.Errorf("not JSON: %w", ended(err))
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("text after the end of the session's JSON object")
	}
	return fields, nil
}

func ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the file ends too early")
	}
	return err
}

func absent(raw json.RawMessage) bool {
	text := bytes.TrimSpace(raw)
	return bytes.Equal(text, []byte("null")) || bytes.Equal(text, []byte("[]"))
}

func regions(raw json.RawMessage) ([]Region, error) {
	if absent(raw) {
		return nil, nil
	}
	var items []json.RawMessage
	if err := json.Unmarshal(raw, &items); err != nil {
		return nil, errors.New("must be a list of [image, mask] pairs")
	}
	list := make([]Region, len(items))
	for i, item := range items {
		r, err := region(item)
		if err == nil && r == nil {
			err = errors.New("must be [image, mask], is empty")
		}
		if err != nil {
			return nil, fmt.Errorf("entry %d: %w", i, err)
		}
		list[i] = *r
	}
	return list, nil
}

func region(raw json.RawMessage) (*Region, error) {
	if absent(raw) {
		return nil, nil
	}
	var pair []json.RawMessage
	if err := json.Unmarshal(raw, &pair); err != nil || len(pair) != 2 {
		return nil, errors.New("must be [image, mask]: a row number and a PNG data URL")
	}
	var image int
	if err := json.Unmarshal(pair[0], &image); err != nil || image < 0 || image > maxImage || absent(pair[0]) {
		return nil, fmt.Errorf("image must be a row number (0, 1, 2, ...), is %.40s", pair[0])
	}
	var url *string
	if err := json.Unmarshal(pair[1], &url); err != nil {
		return nil, fmt.Errorf("image %d: mask must be text, a PNG data URL", image)
	}
	if url == nil || *url == "" {
		return &Region{Image: image}, nil
	}
	mask, err := ParseMask(*url)
	if err != nil {
		return nil, fmt.Errorf("image %d: %w", image, err)
	}
	return &Region{Image: image, Mask: mask}, nil
}
