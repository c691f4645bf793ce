package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/gan/latent"
	"rewriting/onnx"
	"rewriting/pipeline/internal/npy"
	"rewriting/pipeline/internal/picture"
	"rewriting/pipeline/internal/source"
	"rewriting/pipeline/internal/stage"
	"rewriting/pipeline/internal/study"
)

type sampleCommand struct {
	Model      string  `required:"" placeholder:"FILE" help:"A checkpoint, or world:NAME."`
	Seeds      string  `default:"0-3" help:"Seeds such as 0-3 or 5,7,10-12."`
	Truncation float64 `default:"1" help:"Truncation psi, above 0 and at most 1."`
	Format     string  `enum:"png,npy,grid" default:"png" help:"png: one 8-bit file each; npy: float32 [1,3,R,R], not clamped; grid: one PNG of all."`
	Out        string  `required:"" placeholder:"DIR" help:"Directory to write into."`
}

// Run implements the command.
func (s *sampleCommand) Run(c *command) error {
	seeds, err := parseSeeds(s.Seeds)
	if err != nil {
		return &usageError{err}
	}
	if !(s.Truncation > 0 && s.Truncation <= 1) {
		return &usageError{fmt.Errorf("--truncation must be above 0 and at most 1, is %v", s.Truncation)}
	}
	g, _, err := openModel(c, s.Model, s.Truncation)
	if err != nil {
		return err
	}
	store := &stage.Store{Dir: s.Out, FS: stage.Disk{}}
	var pictures [][]byte
	var files []string
	for _, seed := range seeds {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		image, err := g.Image(latent.Seed(seed, g.Info().LatentDim))
		if err != nil {
			return fmt.Errorf("seed %d: %w", seed, err)
		}
		name := fmt.Sprintf("%d.%s", seed, s.Format)
		if s.Format == "npy" {
			if err := store.PublishPlain(name, npy.Float32(image.Shape, image.Data)); err != nil {
				return err
			}
			files = append(files, filepath.Join(s.Out, name))
			continue
		}
		pixels, err := picture.Quantise(image)
		if err != nil {
			return fmt.Errorf("seed %d: %w", seed, err)
		}
		if s.Format == "grid" {
			pictures = append(pictures, pixels)
			continue
		}
		if err := store.PublishPlain(name, picture.PNG(pixels, image.Shape[2])); err != nil {
			return err
		}
		files = append(files, filepath.Join(s.Out, name))
	}
	if s.Format == "grid" {
		const columns = 8
		if err := store.PublishPlain("grid.png", picture.Grid(pictures, g.Info().Resolution, columns)); err != nil {
			return err
		}
		files = append(files, filepath.Join(s.Out, "grid.png"))
	}
	return c.list(files)
}

// list prints the files that a command has written.
func (c *command) list(files []string) error {
	if c.json {
		return c.object(map[string][]string{"files": files})
	}
	for _, f := range files {
		fmt.Fprintln(c.out, f)
	}
	return nil
}

// maxSeeds keeps a slip of the finger from filling a disk.
const maxSeeds = 1_000_000

// parseSeeds reads "0-3" or "5,7,10-12".
func parseSeeds(text string) ([]uint32, error) {
	var out []uint32
	for _, part := range strings.Split(text, ",") {
		low, high, ranged := strings.Cut(strings.TrimSpace(part), "-")
		first, err := strconv.ParseUint(low, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("--seeds: %q is not a seed or a range such as 0-3", part)
		}
		last := first
		if ranged {
			if last, err = strconv.ParseUint(high, 10, 32); err != nil || last < first {
				return nil, fmt.Errorf("--seeds: %q is not a seed or a range such as 0-3", part)
			}
		}
		if last-first >= maxSeeds || len(out) >= maxSeeds {
			return nil, fmt.Errorf("--seeds: more than %d seeds", maxSeeds)
		}
		for s := first; s <= last; s++ {
			out = append(out, uint32(s))
		}
	}
	return out, nil
}

// openModel loads a generator that the user named. A file that cannot be used is the user's to mend.
func openModel(c *command, name string, truncation float64) (gan.Generator, *source.Source, error) {
	src, err := source.Open(name)
	if err != nil {
		return nil, nil, &usageError{err}
	}
	g, err := source.Generator(c.ctx, src, gan.Options{Truncation: truncation})
	if err != nil {
		return nil, nil, &usageError{err}
	}
	return g, src, nil
}

type editCommand struct {
	Config string `arg:"" help:"The experiment, a TOML file."`
	Method string `required:"" placeholder:"NAME" help:"Name of the method in the config."`
	Output string `short:"o" required:"" placeholder:"FILE" help:"Checkpoint to write, in the official format."`
}

// Run implements the command.
func (e *editCommand) Run(c *command) error {
	x, err := c.openTable(e.Config)
	if err != nil {
		return err
	}
	edit, err := x.MakeEdit(c.ctx, e.Method, study.Options{Progress: c.progress(), Log: c.log})
	if err != nil {
		return err
	}
	if len(edit.Tensors) == 0 {
		return &usageError{fmt.Errorf("method %q changes no weights: there is no edited checkpoint", e.Method)}
	}
	g, err := x.Generator.With(edit.Tensors)
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if err := gan.Save(&file, g); err != nil {
		return err
	}
	store := &stage.Store{Dir: filepath.Dir(e.Output), FS: stage.Disk{}}
	if err := store.PublishPlain(filepath.Base(e.Output), file.Bytes()); err != nil {
		return err
	}
	return c.list([]string{e.Output})
}

type onnxCommand struct {
	Run onnxRunCommand `cmd:"" help:"Run a network on NPY arrays."`
}

type onnxRunCommand struct {
	Model  string   `arg:"" help:"An ONNX file, or world:NAME/NETWORK."`
	Input  []string `required:"" placeholder:"[NAME=]FILE" sep:"none" help:"NPY file of an input; the name may be left out where there is one."`
	Output []string `required:"" placeholder:"[NAME=]FILE" sep:"none" help:"NPY file for an output."`
}

// Run implements the command.
func (o *onnxRunCommand) Run(c *command) error {
	src, err := source.Open(o.Model)
	if err != nil {
		return &usageError{err}
	}
	model, err := onnx.Load(src.Bytes)
	if err != nil {
		return &usageError{fmt.Errorf("%s: %w", o.Model, err)}
	}
	inputs, err := named("--input", o.Input, model.Inputs())
	if err != nil {
		return &usageError{err}
	}
	outputs, err := named("--output", o.Output, model.Outputs())
	if err != nil {
		return &usageError{err}
	}
	values := map[string]*onnx.Value{}
	for name, file := range inputs {
		b, err := os.ReadFile(file)
		if err != nil {
			return &usageError{err}
		}
		shape, data, err := npy.ReadFloat32(b)
		if err != nil {
			return &usageError{fmt.Errorf("%s: %w", file, err)}
		}
		values[name] = onnx.FromTensor(compute.From(data, shape...))
	}
	results, err := model.Run(c.ctx, values)
	if err != nil {
		return fmt.Errorf("%s: %w", o.Model, err)
	}
	var files []string
	for name, file := range outputs {
		t, err := results[name].Tensor()
		if err != nil {
			return fmt.Errorf("%s: output %s: %w", o.Model, name, err)
		}
		store := &stage.Store{Dir: filepath.Dir(file), FS: stage.Disk{}}
		if err := store.PublishPlain(filepath.Base(file), npy.Float32(t.Shape, t.Data)); err != nil {
			return err
		}
		files = append(files, file)
	}
	return c.list(files)
}

// named pairs files with ports. A file without a name belongs to the port of the same place.
func named(flag string, given []string, ports []onnx.Port) (map[string]string, error) {
	out := map[string]string{}
	for i, g := range given {
		name, file, ok := strings.Cut(g, "=")
		if !ok {
			if i >= len(ports) {
				return nil, fmt.Errorf("%s %s: the network has only %d", flag, g, len(ports))
			}
			name, file = ports[i].Name, g
		}
		known := false
		var names []string
		for _, p := range ports {
			known = known || p.Name == name
			names = append(names, p.Name)
		}
		if !known {
			return nil, fmt.Errorf("%s %s: the network has %s", flag, g, strings.Join(names, ", "))
		}
		out[name] = file
	}
	return out, nil
}
