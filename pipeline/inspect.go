package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"rewriting/gan"
	"rewriting/onnx"
	"rewriting/pipeline/internal/experiment"
	"rewriting/sessions"
)

type inspectCommand struct {
	File string `arg:"" help:"A checkpoint, ONNX file, session, run directory, world:NAME or world:NAME/NETWORK."`
}

// description is what inspect finds; what does not apply is empty.
type description struct {
	Name    string      `json:"name"`
	Kind    string      `json:"kind"`
	SHA256  string      `json:"sha256,omitempty"`
	Bytes   int         `json:"bytes,omitempty"`
	Info    *gan.Info   `json:"generator,omitempty"`
	Layers  []gan.Layer `json:"layers,omitempty"`
	Inputs  []string    `json:"inputs,omitempty"`
	Outputs []string    `json:"outputs,omitempty"`
	Facts   []string    `json:"facts,omitempty"`
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
		fmt.Fprintf(c.out, "%5s  %-32s %10s %12s %12s\n", "layer", "weight", "channels", "keys", "values")
		for _, l := range d.Layers {
			fmt.Fprintf(c.out, "%5d  %-32s %4d ->%4d %12s %12s\n", l.Number, l.Name, l.In, l.Out,
				fmt.Sprintf("%dx%d", l.KeySize, l.KeySize), fmt.Sprintf("%dx%d", l.ValueSize, l.ValueSize))
		}
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

func (i *inspectCommand) describe(c *command) (*description, error) {
	if info, err := os.Stat(i.File); err == nil && info.IsDir() {
		return describeRun(i.File)
	}
	src, err := experiment.OpenSource(i.File)
	if err != nil {
		return nil, &usageError{err}
	}
	d := &description{Name: i.File, SHA256: src.SHA256, Bytes: len(src.Bytes)}
	switch {
	case bytes.HasPrefix(bytes.TrimSpace(src.Bytes), []byte("{")):
		err = d.session(src.Bytes)
	case strings.HasSuffix(i.File, ".onnx"), src.World != nil && strings.Contains(i.File, "/"):
		err = d.network(src.Bytes)
	default:
		var g gan.Generator
		if g, err = experiment.LoadGenerator(c.ctx, src, 1); err == nil {
			info := g.Info()
			d.Kind, d.Info, d.Layers = "generator, "+info.Kind, &info, g.Layers()
		}
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

func (d *description) network(file []byte) error {
	m, err := onnx.Load(file)
	if err != nil {
		return err
	}
	d.Kind = "ONNX network"
	for _, p := range m.Inputs() {
		d.Inputs = append(d.Inputs, fmt.Sprint(p))
	}
	for _, p := range m.Outputs() {
		d.Outputs = append(d.Outputs, fmt.Sprint(p))
	}
	for _, key := range []string{"labels", "attributes", "input_range"} {
		if v := m.Metadata()[key]; v != "" {
			d.Facts = append(d.Facts, key+": "+v)
		}
	}
	if err := m.SelfTest(); err != nil {
		d.Facts = append(d.Facts, "self-test: "+err.Error())
	} else {
		d.Facts = append(d.Facts, "self-test: passed")
	}
	return nil
}

func describeRun(dir string) (*description, error) {
	result, err := experiment.Open(dir)
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
