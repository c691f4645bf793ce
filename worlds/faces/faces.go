package faces

import (
	"embed"

	"rewriting/worlds"
	"rewriting/worlds/axes"
)

//go:embed data
var data embed.FS

// Name is the name under which worlds.Open finds this world.
const Name = "faces"

func init() { worlds.Register(Name, func() worlds.World { return Faces{} }) }

// Faces implements worlds.World. It has no state: the zero value is ready and
// may be used by several goroutines at once.
type Faces struct{}

// Name implements worlds.World.
func (Faces) Name() string { return Name }

// Size implements worlds.World.
func (Faces) Size() int { return size }

// LatentDim implements worlds.World.
func (Faces) LatentDim() int { return axes.Dim }

// Labels implements worlds.World.
func (Faces) Labels() []string { return append([]string(nil), labelNames[:]...) }

// Render implements worlds.World.
func (Faces) Render(z []float32) worlds.Picture { return newScene(z).picture() }

func (s scene) picture() worlds.Picture {
	c := draw(s)
	return worlds.Picture{Size: size, RGB: c.Planar(), Label: c.Label}
}

// File implements worlds.World.
func (Faces) File(name string) ([]byte, error) { return worlds.DataFile(data, Name, name) }
