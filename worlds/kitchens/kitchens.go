package kitchens

import (
	"embed"
	"fmt"

	"rewriting/worlds"
	"rewriting/worlds/axes"
	"rewriting/worlds/procedural"
)

//go:embed data
var data embed.FS

// Name is the name under which worlds.Open finds this world.
const Name = "kitchens"

func init() { worlds.Register(Name, func() worlds.World { return New() }) }

// Kitchens is the world: what every world has, and the named places of the relation.
type Kitchens struct{ worlds.World }

// New is the world. It has no state and may be used by several goroutines at once.
func New() Kitchens {
	return Kitchens{procedural.New(procedural.Definition[scene]{
		Name: Name, Size: size, Labels: labelNames,
		Directions: directions, Scene: newScene, Draw: draw,
		Targets: targets, Switches: switches, Rules: rules,
		Data: data,
	})}
}

// regions are the named places, by the labels of their pixels.
var regions = map[string][]uint8{
	"window":     {labelWindow, labelDarkWindow, labelFrame},
	"reflection": {labelReflection},
}

// Region marks the pixels (Size*Size, row by row) of a named place of scene(z): the
// "window" with its frame, or its "reflection" in the counter.
func (Kitchens) Region(z []float32, name string) ([]bool, error) {
	labels, ok := regions[name]
	if !ok {
		return nil, fmt.Errorf("world kitchens has no region %q; there is window, reflection", name)
	}
	mask := make([]bool, size*size)
	for p, l := range draw(newScene(axes.Coordinates(z, directions))).Label {
		for _, wanted := range labels {
			mask[p] = mask[p] || l == wanted
		}
	}
	return mask, nil
}
