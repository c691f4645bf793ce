package gantest

import (
	"fmt"
	"math"

	"rewriting/compute"
	"rewriting/gan/checkpoint"
)

// Hashed numbers are cheap, of mean zero and standard deviation one.
func Hashed(seed uint64, shape ...int) *compute.Tensor {
	t := compute.New(shape...)
	for i := range t.Data {
		seed = seed*6364136223846793005 + 1442695040888963407
		t.Data[i] = (float32(seed>>40)/(1<<23) - 1) * math.Sqrt2 * 1.2247449
	}
	return t
}

// widths are the channels of the published networks at 4, 8, 16, ... pixels.
var widths = []int{512, 512, 512, 512, 512, 256, 128, 64, 32}

// FullStyleGAN2 is the official container at the published width with random weights; 7 sizes are 256 pixels, 9 are 1024.
func FullStyleGAN2(sizes int) *checkpoint.Dict {
	d := checkpoint.NewDict()
	add := func(name string, scale, shift float32, shape ...int) {
		t := Hashed(uint64(d.Len()), shape...)
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
	root := checkpoint.NewDict()
	root.Set("g_ema", d)
	root.Set("latent_avg", Hashed(1, 512))
	return root
}

// FullProgGAN is the 256-pixel Progressive GAN with random weights.
func FullProgGAN() *checkpoint.Dict {
	d := checkpoint.NewDict()
	channels := []int{512, 512, 512, 512, 512, 512, 512, 256, 256, 128, 128, 64, 64, 32, 32}
	for i := 1; i < len(channels); i++ {
		kernel := 3
		if i == 1 {
			kernel = 4
		}
		d.Set(fmt.Sprintf("layer%d.conv.weight", i), Hashed(uint64(i), channels[i], channels[i-1], kernel, kernel))
		d.Set(fmt.Sprintf("layer%d.wscale.b", i), compute.New(channels[i]))
	}
	d.Set("output_256x256.conv.weight", Hashed(99, 3, 32, 1, 1))
	d.Set("output_256x256.wscale.b", compute.New(3))
	return d
}
