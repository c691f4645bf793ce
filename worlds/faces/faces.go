package faces

import (
	"embed"
	"fmt"
	"strings"

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
func (Faces) File(name string) ([]byte, error) {
	b, err := data.ReadFile("data/" + name)
	if err != nil {
		return nil, fmt.Errorf("world faces has no file %q, only %s; train the networks with scripts/train, put the file into worlds/faces/data and build again", name, strings.Join(files(), ", "))
	}
	return b, nil
}

func files() []string {
	entries, err := data.ReadDir("data")
	if err != nil {
		return nil
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
