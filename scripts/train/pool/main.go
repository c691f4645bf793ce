// Command pool draws the training data of a world's networks.
//
//	go run ./scripts/train/pool -world faces -count 60000 -seed 1 -out DIR
//
// writes to DIR, for N pictures of side S, Z latent entries and K attributes:
//
//	meta.json  {world, rule, count, seed, size, zdim, labels, attributes}
//	z.f32      float32 little-endian [N, Z], standard normals
//	image.u8   uint8 [N, 3, S, S], round(127.5 x + 127.5) of x in [-1,1]
//	label.u8   uint8 [N, S, S]
//	attr.f32   float32 little-endian [N, K]
//
// With -rule, pictures and labels are those of Counterfactual, z and attributes
// those of the scene before. The same world, rule, count and seed give the same bytes on any number of cores;
// a larger count only appends.
package main

import (
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"rewriting/worlds"
	_ "rewriting/worlds/churches"
	_ "rewriting/worlds/faces"
	_ "rewriting/worlds/kitchens"
)

func main() {
	name := flag.String("world", "faces", "world to draw")
	count := flag.Int("count", 1000, "number of pictures")
	seed := flag.Uint64("seed", 1, "seed of the latents")
	rule := flag.String("rule", "", "draw counterfactuals of this rule, of latents that do not obey it")
	out := flag.String("out", "", "directory to write (made if missing)")
	flag.Parse()
	if err := run(*name, *rule, *count, *seed, *out); err != nil {
		fmt.Fprintln(os.Stderr, "pool:", err)
		os.Exit(1)
	}
}

func run(name, rule string, count int, seed uint64, out string) error {
	if out == "" || count < 1 {
		return fmt.Errorf("need -out DIR and -count of at least 1")
	}
	world, err := worlds.Open(name)
	if err != nil {
		return err
	}
	if rule != "" && !slices.Contains(world.Rules(), rule) {
		return fmt.Errorf("world %s has no rule %q; there is %s", name, rule, strings.Join(world.Rules(), ", "))
	}
	if err := os.MkdirAll(out, 0o777); err != nil {
		return err
	}
	if err := writeMeta(world, rule, count, seed, out); err != nil {
		return err
	}
	p := &pool{world: world, rule: rule, count: count, seed: seed}
	for _, f := range []struct {
		name string
		file **os.File
	}{{"z.f32", &p.z}, {"image.u8", &p.image}, {"label.u8", &p.label}, {"attr.f32", &p.attr}} {
		if *f.file, err = os.Create(filepath.Join(out, f.name)); err != nil {
			return err
		}
		defer (*f.file).Close()
	}
	return p.write()
}

func writeMeta(w worlds.World, rule string, count int, seed uint64, out string) error {
	b, err := json.MarshalIndent(map[string]any{
		"world": w.Name(), "rule": rule, "count": count, "seed": seed, "size": w.Size(), "zdim": w.LatentDim(),
		"labels": w.Labels(), "attributes": w.Attributes(),
	}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "meta.json"), append(b, '\n'), 0o666)
}

// pool is the data on its way to the files.
type pool struct {
	world                 worlds.World
	rule                  string // empty: the scenes as they are
	count                 int
	seed                  uint64
	z, image, label, attr *os.File
}

// chunk pictures are drawn by one goroutine from one random stream.
const chunk = 256

// write draws all chunks, a goroutine per core.
func (p *pool) write() error {
	chunks := (p.count + chunk - 1) / chunk
	next := make(chan int)
	errs := make([]error, chunks)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for c := range next {
				errs[c] = p.writeChunk(c)
			}
		})
	}
	for c := range chunks {
		next <- c
	}
	close(next)
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	for _, f := range []*os.File{p.z, p.image, p.label, p.attr} {
		if err := f.Close(); err != nil {
			return err
		}
	}
	return nil
}

// writeChunk draws chunk c and writes it at its place in the files.
func (p *pool) writeChunk(c int) error {
	rng := rand.New(rand.NewPCG(p.seed, uint64(c)))
	n := min(chunk, p.count-c*chunk)
	var zs, images, labels, attrs []byte
	z := make([]float32, p.world.LatentDim())
	for range n {
		pic, err := p.draw(z, rng)
		if err != nil {
			return err
		}
		zs = appendFloats(zs, z)
		for _, v := range pic.RGB {
			images = append(images, uint8(math.Round(127.5*float64(v)+127.5)))
		}
		labels = append(labels, pic.Label...)
		attrs = appendFloats(attrs, p.world.Attribute(z))
	}
	for _, part := range []struct {
		file *os.File
		data []byte
	}{{p.z, zs}, {p.image, images}, {p.label, labels}, {p.attr, attrs}} {
		each := int64(len(part.data) / n)
		if _, err := part.file.WriteAt(part.data, int64(c)*chunk*each); err != nil {
			return err
		}
	}
	return nil
}

// draw fills z with the next latent of the stream and draws it; with a rule,
// the next one that does not obey it, as the rule would have it.
func (p *pool) draw(z []float32, rng *rand.Rand) (worlds.Picture, error) {
	for {
		for i := range z {
			z[i] = float32(rng.NormFloat64())
		}
		if p.rule == "" {
			return p.world.Render(z), nil
		}
		obeys, err := p.world.Obeys(z, p.rule)
		if err != nil {
			return worlds.Picture{}, err
		}
		if !obeys {
			return p.world.Counterfactual(z, p.rule)
		}
	}
}

func appendFloats(b []byte, values []float32) []byte {
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}
