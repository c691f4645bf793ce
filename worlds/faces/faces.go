package faces

import (
	"embed"

	"rewriting/worlds"
	"rewriting/worlds/procedural"
)

//go:embed data
var data embed.FS

// Name is the name under which worlds.Open finds this world.
const Name = "faces"

func init() { worlds.Register(Name, open) }

func open() worlds.World {
	return procedural.New(procedural.Definition[scene]{
		Name: Name, Size: size, Labels: labelNames,
		Directions: directions, Scene: newScene, Draw: draw,
		Targets: targets, Switches: switches, Rules: rules,
		Data: data,
	})
}
