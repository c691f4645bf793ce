package lightrule

import (
	"bytes"

	"github.com/BurntSushi/toml"

	"rewriting/pipeline/internal/config"
)

// resolved is the config with every default filled in. How to compute (workers) is not part of it.
func (e *experiment) resolved(hash string) []byte {
	type table = map[string]any
	c := e.set
	set := table{"model": c.Model, "sha256": hash, "window": c.Window, "rows": c.Rows, "seed": int64(c.Seed),
		"edit_layer": c.EditLayer, "compare_layer": c.CompareLayer, "units": e.units, "high": c.High, "low": c.Low, "spread": c.Spread,
		"layers": e.layers, "sweep_steps": c.SweepSteps, "sweep_rate": c.SweepRate, "layer": c.Layer, "steps": c.Steps, "rate": c.Rate,
		"rank": c.Rank, "project_every": c.Every, "show": c.Show, "scenes": c.Scenes}
	for key, value := range map[string]string{"rule": c.Rule, "masks": c.Masks} {
		if value != "" {
			set[key] = value
		}
	}
	s := e.cfg.Samples
	var b bytes.Buffer
	all := table{"title": e.cfg.Title, string(config.Reflections): set, "samples": table{"count": s.Count, "first": int64(s.First), "chunk": s.Chunk}}
	if len(e.cfg.Missing) > 0 {
		all["missing"] = e.cfg.Missing
	}
	err := toml.NewEncoder(&b).Encode(all)
	if err != nil {
		panic("lightrule: a config that was read must be writable: " + err.Error())
	}
	return b.Bytes()
}
