package gan_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rewriting/gan"
	"rewriting/gan/checkpoint"
	"rewriting/gan/gantest"
	"rewriting/gan/latent"
)

// peak is the largest resident size of this process so far in MiB, zero where the system does not say.
func peak() int {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return 0
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		var kib int
		if strings.HasPrefix(s.Text(), "VmHWM:") {
			fmt.Sscanf(s.Text(), "VmHWM: %d kB", &kib)
			return kib / 1024
		}
	}
	return 0
}

// The published sizes with random weights, through a file: memory is what "-v" prints, at most 4 GiB.
func TestFullWidthGeneratorsLoadAndRender(t *testing.T) {
	if testing.Short() {
		t.Skip("renders networks of 30 million parameters")
	}
	for _, c := range []struct {
		name       string
		file       func() *checkpoint.Dict
		psi        float64
		resolution int
		parameters int
		layers     int
	}{
		{"Progressive GAN 256", gantest.FullProgGAN, 1, 256, 18344995, 14},
		{"StyleGAN2 256", func() *checkpoint.Dict { return gantest.FullStyleGAN2(7) }, 0.5, 256, 30034338, 12},
		{"StyleGAN2 1024", func() *checkpoint.Dict { return gantest.FullStyleGAN2(9) }, 0.5, 1024, 30370060, 16},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "generator.pt")
			f, err := os.Create(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := checkpoint.Write(f, c.file()); err != nil {
				t.Fatal(err)
			}
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
			g, err := gan.LoadFile(context.Background(), path, gan.Options{Truncation: c.psi})
			if err != nil {
				t.Fatal(err)
			}
			if info := g.Info(); info.Resolution != c.resolution || info.Parameters != c.parameters || len(g.Layers()) != c.layers {
				t.Errorf("%+v with %d layers, want %d pixels, %d parameters, %d layers", info, len(g.Layers()), c.resolution, c.parameters, c.layers)
			}
			x := image(t, g, latent.Seed(0, 512))
			spread := gan.Spread(x)
			if x.Shape[2] != c.resolution || !(spread > 0.01 && spread < 100) {
				t.Errorf("a picture of shape %v with spread %g", x.Shape, spread)
			}
			t.Logf("spread %.3g, peak memory so far %d MiB", spread, peak())
			if peak() > 4096 {
				t.Errorf("%d MiB of memory", peak())
			}
		})
	}
}
