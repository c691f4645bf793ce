package gan

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"rewriting/gan/checkpoint"
)

// NVIDIA's stylegan2-ada-pytorch publishes pickles of whole modules. Their tensors are those of the official
// container under other names: the convolutions, affine layers and filters are stored alike, so that nothing
// but names and leading dimensions change.

// nvidiaNote says in which respects NVIDIA's own program would draw otherwise.
const nvidiaNote = "read from an NVIDIA pickle: noise is drawn as for official checkpoints, not taken from noise_const; computed in float32 without conv_clamp"

// readNVIDIA reads G_ema of a snapshot.
func readNVIDIA(f *checkpoint.File) (*checkpoint.State, error) {
	if _, ok := f.Root.(checkpoint.Tuple); ok {
		return nil, errors.New("this is a TensorFlow pickle of NVIDIA's first two StyleGANs; convert it to a PyTorch one first")
	}
	m, err := f.Module("G_ema")
	if err != nil {
		return nil, err
	}
	s, err := m.State()
	if err != nil {
		return nil, err
	}
	for _, name := range s.Names() {
		if strings.HasPrefix(name, "synthesis.input.") || strings.HasPrefix(name, "synthesis.L0_") {
			return nil, errors.New("this is a StyleGAN3 pickle; its layers have no counterpart here, StyleGAN2 pickles are read")
		}
	}
	if m.Class != "Generator" || !slices.Contains(m.Modules, "synthesis") || !slices.Contains(m.Modules, "mapping") {
		return nil, fmt.Errorf("entry G_ema is a %.60q with parts %.120q, not NVIDIA's StyleGAN2 generator", m.Class, m.Modules)
	}
	if err := checkNVIDIA(m); err != nil {
		return nil, fmt.Errorf("entry G_ema: %w", err)
	}
	return s, renameNVIDIA(s)
}

// nvidiaArgs are the positional arguments of the generator.
var nvidiaArgs = []string{"z_dim", "c_dim", "w_dim", "img_resolution", "img_channels"}

// checkNVIDIA refuses what would change the picture and does not show in the tensors.
func checkNVIDIA(m *checkpoint.Module) error {
	argument := func(part, name string) any {
		d := m.Kwargs
		if part != "" {
			v, _ := d.Get(part)
			inner, ok := v.(*checkpoint.Dict)
			if !ok {
				return nil
			}
			d = inner
		}
		v, _ := d.Get(name)
		if i := slices.Index(nvidiaArgs, name); v == nil && part == "" && i >= 0 && i < len(m.Args) {
			v = m.Args[i]
		}
		return v
	}
	for _, rule := range []struct {
		part, name string
		want       any // nil where the argument is absent is always fine
	}{
		{"", "c_dim", int64(0)}, {"", "img_channels", int64(3)},
		{"synthesis_kwargs", "architecture", "skip"}, {"synthesis_kwargs", "activation", "lrelu"},
		{"synthesis_kwargs", "use_noise", true}, {"synthesis_kwargs", "kernel_size", int64(3)},
		{"mapping_kwargs", "activation", "lrelu"}, {"mapping_kwargs", "lr_multiplier", rateMapping},
	} {
		if v := argument(rule.part, rule.name); v != nil && v != rule.want {
			return fmt.Errorf("%s = %v; only %v is drawn here", strings.TrimPrefix(rule.part+"."+rule.name, "."), v, rule.want)
		}
	}
	return nil
}

var (
	nvidiaConv = regexp.MustCompile(`^synthesis\.b(\d+)\.conv([01])\.(.+)$`)
	nvidiaRGB  = regexp.MustCompile(`^synthesis\.b(\d+)\.torgb\.(.+)$`)
	nvidiaFC   = regexp.MustCompile(`^mapping\.fc(\d+)\.(weight|bias)$`)
	nvidiaPart = map[string]string{
		"weight": ".conv.weight", "affine.weight": ".conv.modulation.weight", "affine.bias": ".conv.modulation.bias",
		"noise_strength": ".noise.weight", "bias": ".activate.bias",
	}
)

// renameNVIDIA gives the tensors of a G_ema their official names and shapes.
func renameNVIDIA(s *checkpoint.State) error {
	for _, name := range s.Names() {
		to, before, after := officialOfNVIDIA(name)
		if strings.HasSuffix(name, "resample_filter") {
			if err := checkFilter(s, name); err != nil {
				return err
			}
			continue
		}
		if to == "" {
			continue // reported as unexpected when all else is taken
		}
		if err := s.Rename(name, to); err != nil {
			return err
		}
		s.Unsqueeze(to, before, after)
	}
	return nil
}

// officialOfNVIDIA is the official name of a tensor, and how many dimensions of one its shape gets before and after.
func officialOfNVIDIA(name string) (official string, before, after int) {
	if m := nvidiaFC.FindStringSubmatch(name); m != nil {
		i, _ := strconv.Atoi(m[1])
		return fmt.Sprintf("style.%d.%s", i+1, m[2]), 0, 0
	}
	switch name {
	case "mapping.w_avg":
		return "latent_avg", 0, 0
	case "synthesis.b4.const":
		return "input.input", 1, 0
	}
	if m := nvidiaConv.FindStringSubmatch(name); m != nil {
		level := levelOf(m[1])
		layer := 2*level + 1 // conv0, which upsamples
		if m[2] == "1" {
			layer++
		}
		if level < 0 || layer < 2 {
			return "", 0, 0
		}
		switch part := m[3]; part {
		case "noise_const":
			return fmt.Sprintf("noises.noise_%d", layer-2), 2, 0
		case "noise_strength":
			return convName(layer) + nvidiaPart[part], 1, 0
		case "weight":
			return convName(layer) + nvidiaPart[part], 1, 0
		default:
			if nvidiaPart[part] == "" {
				return "", 0, 0
			}
			return convName(layer) + nvidiaPart[part], 0, 0
		}
	}
	if m := nvidiaRGB.FindStringSubmatch(name); m != nil {
		level := levelOf(m[1])
		if level < 0 {
			return "", 0, 0
		}
		switch part := rgbName(level + 1); m[2] {
		case "weight":
			return part + ".conv.weight", 1, 0
		case "bias":
			return part + ".bias", 1, 2
		case "affine.weight", "affine.bias":
			return part + nvidiaPart[m[2]], 0, 0
		}
	}
	return "", 0, 0
}

// levelOf counts the doublings from 4 pixels: 0 for "4", 1 for "8"; negative for no power of two.
func levelOf(size string) int {
	n, err := strconv.Atoi(size)
	for level := range 11 {
		if err == nil && n == firstSize<<level {
			return level
		}
	}
	return -1
}

// checkFilter demands the filter [1,3,3,1], here without the gain of four that upsampling brings.
func checkFilter(s *checkpoint.State, name string) error {
	t, err := s.Take(name, 4, 4)
	if err != nil {
		return err
	}
	for i := range t.Data {
		t.Data[i] *= 4
	}
	if !nearly(t.Data, firFilter().Data) {
		return fmt.Errorf("tensor %q is not the [1,3,3,1] filter", name)
	}
	return nil
}
