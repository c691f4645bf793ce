package fidlayers

import (
	"fmt"
	"math"
	"strings"
)

// claims are where the paper finds low distances (caption of Figs. 13 and 16), in generators of 256 pixels.
var claims = map[string]struct {
	from, to int // to = 0: no upper end
	words    string
}{
	"stylegan2": {6, 11, "layers 6 to 11 of StyleGAN2"},
	"proggan":   {4, 0, "layers from 4 on of Progressive GAN"},
}

// lowPart is how far above the line's least distance a layer still counts as low, as a part of the way to the largest.
const lowPart = 0.25

// findings say in words which layers have low distances at each size, and whether the paper's claim is there: that the layers it
// names are low, and no others.
func findings(g *layered, all []distanceList, floor distanceList) []string {
	claim := claims[g.gen.Info().Kind]
	var out []string
	for _, pixels := range g.pixels {
		var layers []int
		var values []float64
		for i, l := range g.layers {
			for _, d := range all[i] {
				if d.Pixels == pixels {
					layers, values = append(layers, l.Number), append(values, d.Value)
				}
			}
		}
		if len(layers) < 2 {
			continue
		}
		least, most := math.Inf(1), 0.0
		for _, v := range values {
			least, most = min(least, v), max(most, v)
		}
		var low, claimed, agree []int
		for i, v := range values {
			inClaim := layers[i] >= claim.from && (claim.to == 0 || layers[i] <= claim.to)
			isLow := v <= least+lowPart*(most-least)
			if isLow {
				low = append(low, layers[i])
			}
			if inClaim {
				claimed = append(claimed, layers[i])
			}
			if isLow == inClaim {
				agree = append(agree, layers[i])
			}
		}
		s := fmt.Sprintf("%s, %d px: low distances (in the lowest quarter between %.3g and %.3g) in %s of %s; two sets of references are %.3g apart.",
			g.Name, pixels, least, most, layerList(low), layerList(layers), at(floor, pixels))
		if len(claimed) > 0 {
			s += fmt.Sprintf(" The paper finds them in %s of 256 pixels, here %s: ", claim.words, layerList(claimed))
			if len(agree) == len(layers) {
				s += "the same."
			} else {
				s += fmt.Sprintf("%d of %d layers agree.", len(agree), len(layers))
			}
		}
		out = append(out, s)
	}
	return out
}

func at(all distanceList, pixels int) float64 {
	for _, d := range all {
		if d.Pixels == pixels {
			return d.Value
		}
	}
	return math.NaN()
}

// layerList writes 3, 4, 5, 8 as "layers 3 to 5, 8".
func layerList(numbers []int) string {
	if len(numbers) == 0 {
		return "no layer"
	}
	var parts []string
	for i := 0; i < len(numbers); {
		j := i
		for j+1 < len(numbers) && numbers[j+1] == numbers[j]+1 {
			j++
		}
		switch {
		case j == i:
			parts = append(parts, fmt.Sprint(numbers[i]))
		case j == i+1:
			parts = append(parts, fmt.Sprint(numbers[i]), fmt.Sprint(numbers[j]))
		default:
			parts = append(parts, fmt.Sprintf("%d to %d", numbers[i], numbers[j]))
		}
		i = j + 1
	}
	word := "layers "
	if len(numbers) == 1 {
		word = "layer "
	}
	return word + strings.Join(parts, ", ")
}
