package gan_test

import (
	"bufio"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/gan/checkpoint"
	"rewriting/gan/latent"
)

// hash numbers are cheap, of mean zero and standard deviation one.
func hashed(seed uint64, shape ...int) *compute.Tensor {
	t := compute.New(shape...)
	for i := range t.Data {
		seed = seed*6364136223846793005 + 1442695040888963407
		t.Data[i] = (float32(seed>>40)/(1<<23) - 1) * math.Sqrt2 * 1.2247449
	}
	return t
}

// widths are the channels of the published networks at 4, 8, 16, ... pixels.
var widths = []int{512, 512, 512, 512, 512, 256, 128, 64, 32}

// fullStyleGAN2 is the official container with so many sizes and random weights.
func fullStyleGAN2(sizes int) *checkpoint.Dict {
	d := checkpoint.NewDict()
	add := func(name string, scale, shift float32, shape ...int) {
		t := hashed(uint64(d.Len()), shape...)
		for i, v := range t.Data {
			t.Data[i] = scale*v + shift
		}
		d.Set(name, t)
	}
	for j := range 8 {
		add(fmt.Sprintf("style.%d.weight", j+1), 100, 0, 512, 512)
		add(fmt.Sprintf("style.%d.bias", j+1), 1, 0, 512)
	}
	add("input.input", 1, 0, 1, 512, 4, 4)
	conv := func(name string, in, out int) {
		add(name+".conv.weight", 1, 0, 1, out, in, 3, 3)
		add(name+".conv.modulation.weight", 1, 0, in, 512)
		add(name+".conv.modulation.bias", 0, 1, in)
		add(name+".noise.weight", 0.1, 0, 1)
		add(name+".activate.bias", 0.1, 0, out)
	}
	rgb := func(name string, c int) {
		add(name+".bias", 0, 0, 1, 3, 1, 1)
		add(name+".conv.weight", 1, 0, 1, 3, c, 1, 1)
		add(name+".conv.modulation.weight", 1, 0, c, 512)
		add(name+".conv.modulation.bias", 0, 1, c)
	}
	conv("conv1", 512, 512)
	rgb("to_rgb1", 512)
	for i := 1; i < sizes; i++ {
		conv(fmt.Sprintf("convs.%d", 2*i-2), widths[i-1], widths[i])
		conv(fmt.Sprintf("convs.%d", 2*i-1), widths[i], widths[i])
		rgb(fmt.Sprintf("to_rgbs.%d", i-1), widths[i])
	}
	return container(d, hashed(1, 512))
}

// fullProgGAN is the 256-pixel Progressive GAN with random weights.
func fullProgGAN() *checkpoint.Dict {
	d := checkpoint.NewDict()
	channels := []int{512, 512, 512, 512, 512, 512, 512, 256, 256, 128, 128, 64, 64, 32, 32}
	for i := 1; i < len(channels); i++ {
		kernel := 3
		if i == 1 {
			kernel = 4
		}
		d.Set(fmt.Sprintf("layer%d.conv.weight", i), hashed(uint64(i), channels[i], channels[i-1], kernel, kernel))
		d.Set(fmt.Sprintf("layer%d.wscale.b", i), compute.New(channels[i]))
	}
	d.Set("output_256x256.conv.weight", hashed(99, 3, 32, 1, 1))
	d.Set("output_256x256.wscale.b", compute.New(3))
	return d
}

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
		{"Progressive GAN 256", fullProgGAN, 1, 256, 18344995, 14},
		{"StyleGAN2 256", func() *checkpoint.Dict { return fullStyleGAN2(7) }, 0.5, 256, 30034338, 12},
		{"StyleGAN2 1024", func() *checkpoint.Dict { return fullStyleGAN2(9) }, 0.5, 1024, 30370060, 16},
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
