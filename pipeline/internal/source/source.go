package source

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
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

	Weights     *Source // of a description of a generator (a TOML file): the state dict that it describes
	description *gan.Description
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
	if strings.HasSuffix(name, ".toml") {
		return s, s.describe()
	}
	return s, nil
}

// describe opens the state dict that a description wires up; its path is taken relative to the description.
func (s *Source) describe() (err error) {
	if s.description, err = gan.ReadDescription(s.Bytes); err != nil {
		return fmt.Errorf("%s: %w", s.Name, err)
	}
	path := filepath.FromSlash(s.description.Weights)
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(s.Name), path)
	}
	if s.Weights, err = Open(path); err != nil {
		return fmt.Errorf("%s: weights: %w", s.Name, err)
	}
	if pin := s.description.SHA256; pin != "" && pin != s.Weights.SHA256 {
		return fmt.Errorf("%s: sha256 is %s, but %s has %s", s.Name, pin, path, s.Weights.SHA256)
	}
	return nil
}

// Inputs describes the file, and the state dict where it is a description.
func (s *Source) Inputs(role string) []Input {
	all := []Input{s.Input(role)}
	if s.Weights != nil {
		all = append(all, s.Weights.Input("weights"))
	}
	return all
}

// Input describes the file by its role in an experiment.
func (s *Source) Input(role string) Input {
	return Input{Role: role, Name: s.Name, SHA256: s.SHA256, Bytes: len(s.Bytes)}
}

// Generator reads a checkpoint, an ONNX file, or the state dict of a description.
func Generator(ctx context.Context, src *Source, o gan.Options) (gan.Generator, error) {
	var g gan.Generator
	var err error
	if src.description != nil {
		g, err = gan.LoadDescribed(ctx, src.description, bytes.NewReader(src.Weights.Bytes), o)
	} else {
		g, err = gan.Load(ctx, bytes.NewReader(src.Bytes), o)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", src.Name, err)
	}
	return g, nil
}
