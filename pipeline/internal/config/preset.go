package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Preset is one of several readings of an experiment, such as the paper's text and its released code. A config declares
// them as lists of assignments, in the form of --set, and chooses one:
//
//	preset = "paper"
//	[presets.paper]
//	[presets.code]
//	"method.Ours.rank" = 1
type Preset struct {
	Name    string   // empty where the config has none
	Changes []string // what it sets, as "key = value", in alphabetical order
}

// prepare applies the preset that the config or an override chooses, then all overrides: those have the last word.
func (d *document) prepare(overrides []string) (Preset, error) {
	for _, o := range overrides {
		if key, _, _ := strings.Cut(o, "="); strings.TrimSpace(key) == "preset" {
			if err := d.override(o); err != nil {
				return Preset{}, err
			}
		}
	}
	preset, err := d.preset()
	if err != nil {
		return preset, err
	}
	for _, o := range overrides {
		if err := d.override(o); err != nil {
			return preset, err
		}
	}
	return preset, nil
}

// PresetNames lists what the config declares.
func (e *Experiment) PresetNames() []string {
	all, _ := e.doc.root["presets"].(map[string]any)
	return slices.Sorted(maps.Keys(all))
}

func (d *document) preset() (Preset, error) {
	var p Preset
	all, ok := d.root["presets"].(map[string]any)
	if !ok && d.root["presets"] != nil {
		return p, d.at("presets", "must hold a table of assignments per preset, written [presets.NAME]")
	}
	if d.root["preset"] == nil {
		return p, nil
	}
	name, ok := d.root["preset"].(string)
	if !ok {
		return p, d.at("preset", "must be text in quotes, is %s", kindOf(d.root["preset"]))
	}
	chosen, ok := all[name].(map[string]any)
	if !ok {
		return p, d.at("preset", "there is no [presets.%s] (%s)", name, Suggest(name, slices.Collect(maps.Keys(all))))
	}
	p.Name = name
	place := d.where("presets." + name)
	for _, path := range slices.Sorted(maps.Keys(chosen)) {
		if err := d.assign(path, chosen[path], place, place); err != nil {
			return p, err
		}
		p.Changes = append(p.Changes, fmt.Sprintf("%s = %v", path, chosen[path]))
	}
	return p, nil
}

// Texts lists every text that stands in the config at path after its preset and overrides, sorted, each once: some name files.
func Texts(path string, overrides []string) ([]string, error) {
	doc, err := read(path)
	if err != nil {
		return nil, err
	}
	if _, err := doc.prepare(overrides); err != nil {
		return nil, err
	}
	delete(doc.root, "presets")
	found := map[string]bool{}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			found[v] = true
		case map[string]any:
			for _, x := range v {
				walk(x)
			}
		case []map[string]any:
			for _, x := range v {
				walk(x)
			}
		case []any:
			for _, x := range v {
				walk(x)
			}
		}
	}
	walk(doc.root)
	return slices.Sorted(maps.Keys(found)), nil
}
