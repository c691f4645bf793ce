package gan

import (
	"fmt"
	"regexp"
	"strconv"

	"rewriting/gan/checkpoint"
)

// Official names (spec: generators, section 8.1): convolution "layerN" is stored as conv1 or convs.{N-3}, "to_rgbM" as
// to_rgb1 or to_rgbs.{M-2}.

func convName(layer int) string {
	if layer == 2 {
		return "conv1"
	}
	return fmt.Sprintf("convs.%d", layer-3)
}

func rgbName(number int) string {
	if number == 1 {
		return "to_rgb1"
	}
	return fmt.Sprintf("to_rgbs.%d", number-2)
}

// convParams are the trainable tensors of a styled convolution, rgbParams those of a to_rgb, in the order of the official file.
func convParams(layer int) []string {
	n := convName(layer)
	return []string{n + ".conv.weight", n + ".conv.modulation.weight", n + ".conv.modulation.bias", n + ".noise.weight", n + ".activate.bias"}
}

func rgbParams(number int) []string {
	n := rgbName(number)
	return []string{n + ".bias", n + ".conv.weight", n + ".conv.modulation.weight", n + ".conv.modulation.bias"}
}

// sequentialNames are the names that the sequential model gives the same tensors; "dconv" is absent in its fused form.
var sequentialNames = []struct {
	pattern *regexp.Regexp
	rename  func(number int, rest string) string
}{
	{regexp.MustCompile(`^layer(\d+)\.s?conv\.mconv\.(?:dconv\.)?(weight)$`), func(n int, rest string) string { return convName(n) + ".conv." + rest }},
	{regexp.MustCompile(`^layer(\d+)\.s?conv\.mconv\.(modulation\..*|blur\.kernel)$`), func(n int, rest string) string { return convName(n) + ".conv." + rest }},
	{regexp.MustCompile(`^layer(\d+)\.s?conv\.(noise\..*|activate\..*)$`), func(n int, rest string) string { return convName(n) + "." + rest }},
	{regexp.MustCompile(`^to_rgb(\d+)\.rgb\.(.*)$`), func(n int, rest string) string { return rgbName(n) + "." + rest }},
	{regexp.MustCompile(`^up_rgb(\d+)\.(kernel)$`), func(n int, rest string) string { return rgbName(n+1) + ".upsample." + rest }},
	{regexp.MustCompile(`^latents()\.(latent_avg)$`), func(_ int, rest string) string { return rest }},
}

// toOfficial renames the tensors of a file in sequential form. Official names pass unchanged.
func toOfficial(s *checkpoint.State) error {
	for _, name := range s.Names() {
		for _, r := range sequentialNames {
			m := r.pattern.FindStringSubmatch(name)
			if m == nil {
				continue
			}
			number, _ := strconv.Atoi(m[1])
			if err := s.Rename(name, r.rename(number, m[2])); err != nil {
				return err
			}
			break
		}
	}
	return nil
}
