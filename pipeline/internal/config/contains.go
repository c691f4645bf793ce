package config

import "maps"

// contains reads [samples] contains: what the clean images of the samples shall contain. A name for the samples that do is
// optional; the other keys tell how that is found, and the metrics check them.
func (t *table) contains() *Entry {
	samples, _ := t.m["samples"].(map[string]any)
	path := "samples.contains"
	switch v := samples["contains"].(type) {
	case nil:
		return nil
	case map[string]any:
		sub := &table{doc: t.doc, path: path, m: v, first: t.first}
		e := &Entry{Name: sub.text("name", ""), Kind: "contains", Params: maps.Clone(v), Path: path}
		if e.Name == "all" {
			sub.fail("name", "%q is the name of the samples that may contain anything", e.Name)
		}
		delete(e.Params, "name")
		return e
	default:
		t.fail(path, "must be a table such as {segmenter = \"world:faces/segmenter\", classes = [\"hat\"]}, is %s", kindOf(v))
		return nil
	}
}

// latents reads [samples] table and batch.
func (t *table) latents() Latents {
	samples := t.sub("samples")
	l := Latents{Table: samples.flag("table"), Batch: samples.whole("batch", 1, 1, maxChunk)}
	if l.Table && samples.m["contains"] != nil {
		samples.fail("table", "cannot stand beside contains: the table ends")
	}
	return l
}

// flag is true or false, false unless given.
func (t *table) flag(key string) bool {
	switch v := t.get(key).(type) {
	case nil:
		return false
	case bool:
		return v
	default:
		t.fail(key, "must be true or false, is %s", kindOf(v))
		return false
	}
}
