package config

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"strings"

	"rewriting/pipeline/internal/fetch"
)

// Load reads the experiment at path and applies overrides of the form "key=value". All errors are *Error.
func Load(path string, overrides []string) (*Experiment, error) {
	doc, err := read(path)
	if err != nil {
		return nil, err
	}
	return fill(path, doc, overrides)
}

// LoadMetrics is Load for those who need the metrics alone: the files of generator and session may be missing.
func LoadMetrics(path string, overrides []string) (*Experiment, error) {
	doc, err := read(path)
	if err != nil {
		return nil, err
	}
	return known(path, doc, overrides)
}

func read(path string) (*document, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, &Error{Where: path, What: "cannot read the config: " + plain(err)}
	}
	return parse(path, text)
}

// Parse is Load for the text of a file; the path serves messages and relative paths.
func Parse(path string, text []byte, overrides []string) (*Experiment, error) {
	doc, err := parse(path, text)
	if err != nil {
		return nil, err
	}
	return fill(path, doc, overrides)
}

func fill(path string, doc *document, overrides []string) (*Experiment, error) {
	e, err := known(path, doc, overrides)
	if err != nil {
		return nil, err
	}
	return e, e.files()
}

// known reads all keys and looks at no other file.
func known(path string, doc *document, overrides []string) (*Experiment, error) {
	preset, err := doc.prepare(overrides)
	if err != nil {
		return nil, err
	}
	e := &Experiment{Preset: preset, Path: path, doc: doc}
	var found mistakes
	e.read(&table{doc: doc, m: doc.root, first: &found})
	return e, found.err()
}

func (e *Experiment) read(root *table) {
	base := strings.TrimSuffix(filepath.Base(e.Path), filepath.Ext(e.Path))
	e.Title = root.text("title", base)
	root.know("preset", "presets")
	if root.know("missing"); root.m["missing"] != nil {
		e.Missing = root.words("missing")
	}

	var read func(*Experiment, *table)
	e.Kind, read = root.kind()
	read(e, root)
	w := root.sub("run")
	e.Run = Run{Workers: w.whole("workers", 0, 0, 4096)}
	w.done()
	root.done()
}

// readTable reads what only tables have.
func (e *Experiment) readTable(root *table) {
	g := root.sub("generator")
	e.Generator = Generator{
		Model:      g.required("model", "world:faces"),
		Truncation: g.number("truncation", 1, 0, 1),
		SHA256:     g.hash("sha256"),
		Output:     g.text("output", ""),
	}
	s := root.sub("session")
	e.Session = Session{
		File:   s.required("file", "sessions/faces/smile.json"),
		SHA256: s.hash("sha256"),

		Context: s.text("context", ""),
		Layer:   s.layer("layer"),
		Rows:    s.whole("rows", 1000, 1, maxRows),
		Seed:    uint32(s.whole("seed", 1, 0, math.MaxUint32)),

		MomentTruncation: s.number("moment_truncation", e.Generator.Truncation, 0, 1),
	}
	e.Samples = root.samples(10_000, 100, "contains", "table", "batch")
	e.Contains, e.Latents = root.contains(), root.latents()
	e.Methods = root.entries("method")
	e.Metrics = root.entries("metric")

	c := root.sub("compare")
	e.Compare = Compare{Paper: c.text("paper", ""), Reference: c.text("reference", ""), Rows: c.sub("rows").texts()}
	if e.Compare.Reference == "" && len(e.Methods) > 0 {
		e.Compare.Reference = e.Methods[0].Name
	}
	r := root.sub("report")
	e.Report = Report{Ranked: r.whole("ranked", 12, 0, 1000), Samples: r.whole("samples", 24, 0, 1000)}
	for _, t := range []*table{g, s, c, r} {
		t.done()
	}
}

// entries reads [[method]] or [[metric]]. The keys besides name and kind belong to the kind, which checks them itself.
func (t *table) entries(key string) []Entry {
	var list []map[string]any
	switch v := t.get(key).(type) {
	case nil:
	case []map[string]any:
		list = v
	default:
		t.fail(key, "must be a list of tables, each written [[%s]]; is %s", key, kindOf(v))
	}
	if len(list) == 0 {
		t.missing(key, "at least one [[%s]] is required", key)
	}
	var out []Entry
	seen := map[string]bool{}
	for i, m := range list {
		sub := &table{doc: t.doc, path: fmt.Sprintf("%s.%d", key, i), m: m, first: t.first}
		e := Entry{Kind: sub.required("kind", "insert"), Path: sub.path, Params: maps.Clone(m)}
		e.Name = sub.text("name", e.Kind)
		delete(e.Params, "name")
		delete(e.Params, "kind")
		if seen[e.Name] {
			sub.fail("name", "%q is the name of another %s; names must differ", e.Name, key)
		}
		seen[e.Name] = true
		out = append(out, e)
	}
	return out
}

// files replaces paths by ones that can be opened.
func (e *Experiment) files() error {
	type file struct {
		key  string
		path *string
	}
	files := []file{{"generator.model", &e.Generator.Model}, {"session.file", &e.Session.File}, {"session.context", &e.Session.Context}, {"compare.paper", &e.Compare.Paper}}
	if f := e.FIDLayers; f != nil {
		for i := range f.Generators {
			files = append(files, file{f.Generators[i].Path + ".model", &f.Generators[i].Model})
		}
	}
	if f := e.Reflections; f != nil {
		files = append(files, file{"reflections.model", &f.Model}, file{"reflections.masks", &f.Masks})
	}
	for _, f := range files {
		if *f.path == "" {
			continue
		}
		found, err := e.Find(*f.path)
		if err != nil {
			return e.At(f.key, "%s", err)
		}
		*f.path = found
	}
	return nil
}

// Find applies the rule for paths: relative to the config file; where nothing is there, to the working
// directory. Names of worlds pass unchanged.
func (e *Experiment) Find(path string) (string, error) {
	if strings.HasPrefix(path, "world:") {
		return path, nil
	}
	if filepath.IsAbs(path) {
		if _, err := os.Stat(path); err != nil {
			return "", fmt.Errorf("no file %s", path)
		}
		return path, nil
	}
	beside := filepath.Join(filepath.Dir(e.Path), filepath.FromSlash(path))
	for _, p := range []string{beside, filepath.FromSlash(path)} {
		if _, err := os.Stat(p); err == nil {
			return p, nil
		}
	}
	if hint := fetch.Hint(e.Path, path); hint != "" {
		return "", fmt.Errorf("no file %q yet; %s", path, hint)
	}
	return "", fmt.Errorf("no file %q, neither beside the config (%s) nor in the working directory", path, beside)
}

// plain is the reason in a file error, without the path that the message names already.
func plain(err error) string {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}
