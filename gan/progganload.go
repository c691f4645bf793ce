package gan

import (
	"fmt"
	"regexp"
	"strconv"

	"rewriting/gan/checkpoint"
)

// oldProgNames are names of older Progressive GAN files: features.{N-1}.* is layerN, and output.* the last convolution.
var oldProgNames = regexp.MustCompile(`^(features\.(\d+)|output)\.(conv\.weight|wscale\.b)$`)

// isProgGAN recognises a Progressive GAN by the name of its first weight, which no StyleGAN2 has.
func isProgGAN(s *checkpoint.State) bool {
	return s.Has("layer1.conv.weight") || s.Has("features.0.conv.weight")
}

// maxProgLayers bounds the depth: no Progressive GAN beyond 4096 pixels.
const maxProgLayers = 22

func readProgGAN(s *checkpoint.State) (*progGAN, error) {
	if err := renameOldProgGAN(s); err != nil {
		return nil, err
	}
	r := &reader{state: s}
	count := 0
	for s.Has(progLayerName(count+1) + ".conv.weight") {
		count++
	}
	if count%2 != 0 || count == 0 || count > maxProgLayers {
		return nil, fmt.Errorf("the file has %d layers; Progressive GAN has two per size", count)
	}
	c := -1
	for number := 1; number <= count; number++ {
		kernel := 3
		if number == 1 {
			kernel = 4
		}
		name := progLayerName(number)
		c = r.take(name+".conv.weight", -1, c, kernel, kernel).Shape[0]
		r.take(name+".wscale.b", c)
	}
	output := progOutputName(progSize(count))
	r.take(output+".conv.weight", 3, c, 1, 1)
	r.take(output+".wscale.b", 3)
	if r.err != nil {
		return nil, r.err
	}
	return newProgGAN(r.out, nil), nil
}

func renameOldProgGAN(s *checkpoint.State) error {
	layers := 0
	for s.Has(fmt.Sprintf("features.%d.conv.weight", layers)) {
		layers++
	}
	if layers == 0 {
		return nil
	}
	for _, name := range s.Names() {
		m := oldProgNames.FindStringSubmatch(name)
		if m == nil {
			continue
		}
		to := progOutputName(progSize(layers))
		if m[2] != "" {
			i, _ := strconv.Atoi(m[2])
			to = progLayerName(i + 1)
		}
		if err := s.Rename(name, to+"."+m[3]); err != nil {
			return err
		}
	}
	return nil
}
