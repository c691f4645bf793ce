package metrics

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Containing tells which images contain an object: those with at least one pixel of it when clean. Published notebooks
// score the first images with a dome beside the first of all (spec: experiments 2.1).
type Containing struct {
	masker *masker
	object string
}

// NewContaining reads {segmenter = ..., classes = [...]} of a config and opens the segmenter. Its errors are *ParamError
// where a key is at fault.
func NewContaining(params map[string]any, c Context) (*Containing, error) {
	var spec MaskSpec
	if err := decode(&spec, "contains", params); err != nil {
		return nil, err
	}
	if spec.Segmenter == "" {
		return nil, &ParamError{"segmenter", fmt.Errorf("is required: contains = {segmenter = ..., classes = [...]}")}
	}
	if err := spec.check(); err != nil {
		return nil, &ParamError{"classes", err}
	}
	m, err := spec.build(c)
	if err != nil {
		return nil, &ParamError{"classes", err}
	}
	return &Containing{m, strings.Join(spec.Classes, ", ")}, nil
}

// Object names the labels that are looked for.
func (c *Containing) Object() string { return c.object }

// Protocol says how they are found.
func (c *Containing) Protocol() string { return c.masker.protocol }

// Has reports whether the sample's clean image contains the object. The mask stays in s.Prepared.
func (c *Containing) Has(ctx context.Context, s *Sample) (bool, error) {
	m, err := c.Mask(ctx, s)
	if err != nil {
		return false, err
	}
	return slices.Contains(m.In, true), nil
}

// Mask is where the object is in the sample's clean image. It stays in s.Prepared.
func (c *Containing) Mask(ctx context.Context, s *Sample) (*Mask, error) {
	if err := checkImage("clean", s.Seed, s.Clean); err != nil {
		return nil, err
	}
	return c.masker.mask(ctx, s)
}
