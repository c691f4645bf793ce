package fidlayers

import (
	"bytes"

	"github.com/BurntSushi/toml"

	"rewriting/pipeline/internal/config"
	"rewriting/pipeline/internal/source"
)

// resolved is the config with every default filled in. How to compute (workers) is not part of it.
func (e *experiment) resolved(inputs []source.Input) []byte {
	type table = map[string]any
	var generators []table
	for i, g := range e.gens {
		var layers []int
		for _, l := range g.layers {
			layers = append(layers, l.Number)
		}
		generators = append(generators, table{"name": g.Name, "model": g.Model, "truncation": g.Truncation, "layers": layers, "sha256": inputs[i].SHA256})
	}
	set := table{"pixels": e.set.Pixels, "batch": e.set.Batch, "second": int64(e.set.Second), "network": e.set.Network, "outputs": e.set.Outputs,
		"bootstrap": e.set.Bootstrap, "show": e.set.Show, "generator": generators}
	if len(e.set.Grids) > 0 {
		set["grids"] = e.set.Grids
	}
	p := e.set.Preprocess
	for key, value := range map[string]string{"mode": p.Mode, "range": p.Range, "resize": p.Resize} {
		if value != "" {
			set[key] = value
		}
	}
	if len(p.Size) > 0 {
		set["size"] = p.Size
	}
	s := e.cfg.Samples
	var b bytes.Buffer
	err := toml.NewEncoder(&b).Encode(table{"title": e.cfg.Title, string(config.FIDLayers): set,
		"samples": table{"count": s.Count, "first": int64(s.First), "chunk": s.Chunk}})
	if err != nil {
		panic("fidlayers: a config that was read must be writable: " + err.Error())
	}
	return b.Bytes()
}
