package source

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"

	"rewriting/gan"
	"rewriting/pipeline/internal/stage"
	"rewriting/worlds"
)

// Input is a file that a result was made from.
type Input struct {
	Role   string `json:"role"` // "generator", "session", "network"
	Name   string `json:"name"` // as the config calls it
	SHA256 string `json:"sha256"`
	Bytes  int    `json:"bytes"`
}

// Source is a file that a name of a config stands for.
type Source struct {
	Name   string
	Bytes  []byte
	SHA256 string
	World  worlds.World // the world that the name belongs to, or nil
}

// Open reads "world:NAME" (its generator), "world:NAME/network" or a file.
func Open(name string) (*Source, error) {
	s := &Source{Name: name}
	if rest, ok := strings.CutPrefix(name, "world:"); ok {
		world, file, _ := strings.Cut(rest, "/")
		w, err := worlds.Open(world)
		if err != nil {
			return nil, err
		}
		if s.World = w; file == "" {
			file = "generator.pt"
		} else if !strings.Contains(file, ".") {
			file += ".onnx"
		}
		if s.Bytes, err = w.File(file); err != nil {
			return nil, err
		}
	} else {
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		s.Bytes = b
	}
	s.SHA256 = stage.HashBytes(s.Bytes)
	return s, nil
}

// Input describes the file by its role in an experiment.
func (s *Source) Input(role string) Input {
	return Input{Role: role, Name: s.Name, SHA256: s.SHA256, Bytes: len(s.Bytes)}
}

// Generator reads a checkpoint.
func Generator(ctx context.Context, src *Source, truncation float64) (gan.Generator, error) {
	g, err := gan.Load(ctx, bytes.NewReader(src.Bytes), gan.Options{Truncation: truncation})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", src.Name, err)
	}
	return g, nil
}
