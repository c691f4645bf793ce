package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"rewriting/gan"
	"rewriting/onnx"
	"rewriting/pipeline/internal/source"
	"rewriting/pipeline/internal/study"
	"rewriting/sessions"
)

type inspectCommand struct {
	File string `arg:"" help:"A checkpoint, ONNX file, description of a state dict, session, run directory, world:NAME or world:NAME/NETWORK."`
}

// description is what inspect finds; what does not apply is empty.
type description struct {
	Name    string     `json:"name"`
	Kind    string     `json:"kind"`
	SHA256  string     `json:"sha256,omitempty"`
	Bytes   int        `json:"bytes,omitempty"`
	Info    *gan.Info  `json:"generator,omitempty"`
	Layers  []layerRow `json:"layers,omitempty"`
	Inputs  []string   `json:"inputs,omitempty"`
	Outputs []string   `json:"outputs,omitempty"`
	Facts   []string   `json:"facts,omitempty"`
}

// layerRow is a convolution under the names that a config can give it.
type layerRow struct {
	gan.Layer
	Shape       []int  // of the weight as stored
	NotEditable string `json:",omitempty"` // the reason
}

// Run implements the command.
func (i *inspectCommand) Run(c *command) error {
	d, err := i.describe(c)
	if err != nil {
		return err
	}
	if c.json {
		return c.object(d)
	}
	fmt.Fprintf(c.out, "%s: %s\n", d.Name, d.Kind)
	if d.SHA256 != "" {
		fmt.Fprintf(c.out, "sha256 %s, %d bytes\n", d.SHA256, d.Bytes)
	}
	if d.Info != nil {
		fmt.Fprintf(c.out, "%d x %d pixels, latents of %d, %d parameters\n", d.Info.Resolution, d.Info.Resolution, d.Info.LatentDim, d.Info.Parameters)
		c.layers(d.Layers)
	}
	for _, p := range d.Inputs {
		fmt.Fprintf(c.out, "input  %s\n", p)
	}
	for _, p := range d.Outputs {
		fmt.Fprintf(c.out, "output %s\n", p)
	}
	for _, f := range d.Facts {
		fmt.Fprintln(c.out, f)
	}
	return nil
}

// layers prints the table of convolutions: session.layer of a config takes a number or a name of it.
func (c *command) layers(rows []layerRow) {
	fmt.Fprintf(c.out, "%5s  %-32s %-18s %12s %9s %9s\n", "layer", "weight", "shape", "channels", "keys", "values")
	for _, l := range rows {
		shape := strings.Join(strings.Fields(fmt.Sprint(l.Shape)), ",")
		fmt.Fprintf(c.out, "%5d  %-32s %-18s", l.Number, l.Name, shape)
		if l.NotEditable != "" {
			fmt.Fprintf(c.out, " not editable: %s", l.NotEditable)
		} else {
			fmt.Fprintf(c.out, " %12s %9s %9s", fmt.Sprintf("%d -> %d", l.In, l.Out),
				fmt.Sprintf("%dx%d", l.KeySize, l.KeySize), fmt.Sprintf("%dx%d", l.ValueSize, l.ValueSize))
		}
		if l.Node != "" && l.Node != l.Name {
			fmt.Fprintf(c.out, "  node %s", l.Node)
		}
		fmt.Fprintln(c.out)
	}
}

func (i *inspectCommand) describe(c *command) (*description, error) {
	if info, err := os.Stat(i.File); err == nil && info.IsDir() {
		return describeRun(i.File)
	}
	src, err := source.Open(i.File)
	if err != nil {
		return nil, &usageError{err}
	}
	d := &description{Name: i.File, SHA256: src.SHA256, Bytes: len(src.Bytes)}
	switch {
	case bytes.HasPrefix(bytes.TrimSpace(src.Bytes), []byte("{")):
		err = d.session(src.Bytes)
	case strings.HasSuffix(i.File, ".onnx"), src.World != nil && strings.Contains(i.File, "/"):
		err = d.network(c.ctx, src)
	default:
		g, err := source.Generator(c.ctx, src, gan.Options{Truncation: 1})
		if err != nil {
			return nil, &usageError{err} // names the file
		}
		d.generator(g)
	}
	if err != nil {
		return nil, &usageError{fmt.Errorf("%s: %w", i.File, err)}
	}
	if src.World != nil && d.Info != nil {
		d.Facts = append(d.Facts, "world of "+src.World.Name()+"; rules: "+strings.Join(src.World.Rules(), ", "),
			"labels: "+strings.Join(src.World.Labels(), ", "))
	}
	return d, nil
}

func (d *description) generator(g gan.Generator) {
	info := g.Info()
	d.Kind, d.Info = "generator, "+info.Kind, &info
	for _, c := range gan.Convolutions(g) {
		row := layerRow{Layer: c.Layer, Shape: c.Shape}
		if c.Reason != nil {
			row.NotEditable = c.Reason.Error()
		}
		d.Layers = append(d.Layers, row)
	}
	if info.Note != "" {
		d.Facts = append(d.Facts, info.Note)
	}
}

func (d *description) session(file []byte) error {
	s, err := sessions.Read(bytes.NewReader(file))
	if err != nil {
		return err
	}
	d.Kind = "editing session"
	region := func(name string, r *sessions.Region) {
		if r == nil {
			d.Facts = append(d.Facts, fmt.Sprintf("%-7s none", name))
			return
		}
		painted := "nothing painted"
		if r.Mask != nil {
			w, h := r.Mask.Size()
			painted = fmt.Sprintf("%d of %dx%d pixels painted", r.Mask.Painted(), w, h)
		}
		d.Facts = append(d.Facts, fmt.Sprintf("%-7s image %d, %s", name, r.Image, painted))
	}
	region("object", s.Object)
	region("paste", s.Paste)
	for i := range s.Key {
		region(fmt.Sprintf("key %d", i), &s.Key[i])
	}
	return nil
}

// network describes an ONNX file, and its layers if it is a generator.
func (d *description) network(ctx context.Context, src *source.Source) error {
	m, err := onnx.Load(src.Bytes)
	if err != nil {
		return err
	}
	d.Kind = "ONNX network"
	for _, p := range m.Inputs() {
		d.Inputs = append(d.Inputs, portText(p))
	}
	for _, p := range m.Outputs() {
		d.Outputs = append(d.Outputs, portText(p))
	}
	for _, key := range []string{"labels", "attributes", "input_range", "mode"} {
		if v := m.Metadata()[key]; v != "" {
			d.Facts = append(d.Facts, key+": "+v)
		}
	}
	if err := m.SelfTest(); err != nil {
		d.Facts = append(d.Facts, "self-test: "+err.Error())
	} else {
		d.Facts = append(d.Facts, "self-test: passed")
	}
	if takesPictures(m) {
		return nil
	}
	g, err := source.Generator(ctx, src, gan.Options{Truncation: 1})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		d.Facts = append(d.Facts, "no generator: "+err.Error())
	default:
		d.generator(g)
	}
	return nil
}

// portText is "x float32 [N 3 H W]": sizes that a file leaves open have their symbol, or "?".
func portText(p onnx.Port) string {
	sizes := make([]string, len(p.Dims))
	for i, d := range p.Dims {
		switch {
		case d >= 0:
			sizes[i] = fmt.Sprint(d)
		case i < len(p.Symbols) && p.Symbols[i] != "":
			sizes[i] = p.Symbols[i]
		default:
			sizes[i] = "?"
		}
	}
	return fmt.Sprintf("%s %v [%s]", p.Name, p.Type, strings.Join(sizes, " "))
}

// takesPictures tells a metric's network from a generator, whose latent has one long side.
func takesPictures(m *onnx.Model) bool {
	return slices.ContainsFunc(m.Inputs(), func(p onnx.Port) bool {
		return len(p.Dims) == 4 && p.Dims[2] != 1 && p.Dims[3] != 1
	})
}

func describeRun(dir string) (*description, error) {
	result, err := study.ReadResult(dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	d := &description{Name: dir, Kind: "run of " + result.Title}
	for _, f := range result.Facts {
		d.Facts = append(d.Facts, f.Name+": "+f.Value)
	}
	for _, s := range result.Provenance {
		for _, f := range s.Facts {
			if s.Title != "Config as resolved" {
				d.Facts = append(d.Facts, f.Name+": "+f.Value)
			}
		}
	}
	return d, nil
}
