package config

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
)

// document is a parsed TOML file that remembers where its keys stand. Tables of an array are numbered: the rank of the first
// method is at "method.0.rank".
type document struct {
	file  string
	root  map[string]any
	lines map[string]int    // path -> line
	set   map[string]string // paths given elsewhere -> where: "--set", or the line of a preset
}

func parse(file string, text []byte) (*document, error) {
	d := &document{file: file, root: map[string]any{}, lines: locate(string(text)), set: map[string]string{}}
	if _, err := toml.Decode(string(text), &d.root); err != nil {
		var p toml.ParseError
		if errors.As(err, &p) {
			return nil, &Error{Where: fmt.Sprintf("%s:%d", file, p.Position.Line), What: "not TOML: " + p.Message}
		}
		return nil, &Error{Where: file, What: "not TOML: " + err.Error()}
	}
	return d, nil
}

var (
	header   = regexp.MustCompile(`^\s*(\[\[?)\s*([A-Za-z0-9_.\-]+)\s*\]`)
	keyValue = regexp.MustCompile(`^\s*([A-Za-z0-9_.\-]+|"[^"]*"|'[^']*')\s*=`)
)

// locate finds the lines of tables and keys. The TOML package reports them for syntax errors only.
func locate(text string) map[string]int {
	lines := map[string]int{}
	count := map[string]int{}
	table := ""
	for i, line := range strings.Split(text, "\n") {
		if m := header.FindStringSubmatch(line); m != nil {
			table = m[2]
			if m[1] == "[[" {
				table = fmt.Sprintf("%s.%d", m[2], count[m[2]])
				count[m[2]]++
			}
			lines[table] = i + 1
		} else if m := keyValue.FindStringSubmatch(line); m != nil {
			path := join(table, strings.Trim(m[1], `"'`))
			if _, twice := lines[path]; !twice {
				lines[path] = i + 1
			}
		}
	}
	return lines
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// where is the place of a path, or of the nearest table around it.
func (d *document) where(path string) string {
	for p := path; p != ""; {
		if place, ok := d.set[p]; ok {
			return place
		}
		if line, ok := d.lines[p]; ok {
			return fmt.Sprintf("%s:%d", d.file, line)
		}
		cut := strings.LastIndexByte(p, '.')
		p = p[:max(cut, 0)]
	}
	return d.file
}

// lookup is the table at a path, or nil.
func (d *document) lookup(path string) map[string]any {
	var at any = d.root
	for _, key := range strings.Split(path, ".") {
		switch v := at.(type) {
		case map[string]any:
			at = v[key]
		case []map[string]any:
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(v) {
				return nil
			}
			at = v[i]
		default:
			return nil
		}
	}
	m, _ := at.(map[string]any)
	return m
}

// override applies one "key=value" of --set. The value is TOML, or else text.
func (d *document) override(assignment string) error {
	path, text, ok := strings.Cut(assignment, "=")
	path = strings.TrimSpace(path)
	if !ok || path == "" {
		return &Error{Where: "--set " + assignment, What: "must be KEY=VALUE, such as samples.count=200 or method.0.rank=3"}
	}
	var holder struct{ V any }
	if _, err := toml.Decode("V = "+text, &holder); err != nil {
		holder.V = text
	}
	return d.assign(path, holder.V, "--set", "--set "+assignment)
}

// assign gives a key another value: place is where it comes from, origin names it in mistakes.
func (d *document) assign(path string, value any, place, origin string) error {
	keys := strings.Split(path, ".")
	var at any = d.root
	real := ""
	for i, key := range keys[:len(keys)-1] {
		switch v := at.(type) {
		case map[string]any:
			if v[key] == nil {
				v[key] = map[string]any{}
			}
			at, real = v[key], join(real, key)
		case []map[string]any:
			n, err := pick(v, key)
			if err != nil {
				return &Error{Where: origin, Key: strings.Join(keys[:i+1], "."), What: err.Error()}
			}
			at, real = v[n], join(real, strconv.Itoa(n))
		default:
			return &Error{Where: origin, Key: real, What: "is a value, not a table"}
		}
	}
	m, ok := at.(map[string]any)
	if !ok {
		return &Error{Where: origin, Key: real, What: "needs the number or name of one entry and a key of it, such as method.0.rank=3"}
	}
	last := keys[len(keys)-1]
	m[last] = value
	d.set[join(real, last)] = place
	return nil
}

// pick finds an entry of an array of tables by number or by name.
func pick(list []map[string]any, key string) (int, error) {
	var names []string
	for i, m := range list {
		name, _ := m["name"].(string)
		if name != "" && strings.EqualFold(name, key) {
			return i, nil
		}
		names = append(names, name)
	}
	if n, err := strconv.Atoi(key); err == nil && n >= 0 && n < len(list) {
		return n, nil
	}
	return 0, fmt.Errorf("no such entry (%s)", Suggest(key, names))
}
