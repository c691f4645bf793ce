package config

import "math"

// Kind is a sort of experiment. A config tells it by the section that no other kind has.
type Kind string

const (
	Table       Kind = "table"       // [[method]] x [[metric]]
	FIDLayers   Kind = "fid_layers"  // [fid_layers]
	Reflections Kind = "reflections" // [reflections]
)

// kinds are the sections that tell a kind, and what reads the config of it.
var kinds = []struct {
	kind Kind
	read func(e *Experiment, root *table)
}{
	{FIDLayers, (*Experiment).readFIDLayers},
	{Reflections, (*Experiment).readReflections},
}

// kind is what the sections tell.
func (t *table) kind() (Kind, func(*Experiment, *table)) {
	found, read := Table, (*Experiment).readTable
	for _, k := range kinds {
		section := string(k.kind)
		switch {
		case t.m[section] == nil:
			t.know(section) // for suggestions
		case found != Table:
			t.know(section)
			t.fail(section, "cannot stand beside [%s]: a config is one experiment", found)
		default:
			found, read = k.kind, k.read
		}
	}
	return found, read
}

// samples reads [samples]; count and chunk are the defaults of the kind, more the keys that it reads itself.
func (t *table) samples(count, chunk int, more ...string) Samples {
	n := t.sub("samples")
	s := Samples{
		Count: n.whole("count", count, 1, maxCount),
		First: uint32(n.whole("first", 0, 0, math.MaxUint32)),
		Chunk: n.whole("chunk", chunk, 1, maxChunk),
	}
	if int64(s.First)+int64(s.Count)-1 > math.MaxUint32 {
		n.fail("count", "the last seed would be above %d", uint32(math.MaxUint32))
	}
	n.know(more...)
	n.done()
	return s
}
