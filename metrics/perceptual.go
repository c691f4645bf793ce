package metrics

import (
	"context"
	"fmt"
	"slices"

	"rewriting/compute"
)

// perceptual is a network in LPIPS form: two images in, a map of distances out (spec: metrics 1.2).
type perceptual struct {
	info     NetworkInfo
	pre      Preprocess
	output   string // name of the map
	distance *question
}

func openPerceptual(param, name string, pre Preprocess, c Context) (*perceptual, error) {
	net, err := open(c, param, name, 2)
	if err != nil {
		return nil, &ParamError{param, err}
	}
	p := &perceptual{info: net.Info()}
	if p.pre, err = pre.over(p.info); err != nil {
		return nil, &ParamError{"range", err}
	}
	// Networks with a scalar output beside the map call the map "map".
	at := max(0, slices.Index(p.info.Outputs, "map"))
	p.output, p.distance = p.info.Outputs[at], newQuestion(net, p.pre, at)
	return p, nil
}

// distances is the map d(y,x) between two pictures of a sample, row by row. The distance of an image to itself is
// exactly zero by definition; the network is not asked.
func (p *perceptual) distances(ctx context.Context, s *Sample, a, b *compute.Tensor) ([]float32, error) {
	if same(a, b) {
		return make([]float32, a.Dim(2)*a.Dim(3)), nil
	}
	return p.run(ctx, s, a, b)
}

func (p *perceptual) run(ctx context.Context, s *Sample, a, b *compute.Tensor) ([]float32, error) {
	outs, err := p.distance.ask(ctx, s, a, b)
	if err != nil {
		return nil, fmt.Errorf("seed %d: %s: %w", s.Seed, p.info.Name, err)
	}
	d := outs[0]
	h, w := a.Dim(2), a.Dim(3)
	if len(d.Data) != h*w {
		return nil, fmt.Errorf("%s: output %s has shape %v, want a map of %d x %d", p.info.Name, p.output, d.Shape, h, w)
	}
	for _, v := range d.Data {
		if v-v != 0 {
			return nil, fmt.Errorf("seed %d: %s gives %v", s.Seed, p.info.Name, v)
		}
	}
	return d.Data, nil
}

// regional averages a map over a region; mask may be nil for the whole image.
func regional(values []float32, mask *Mask, region string) float64 {
	if region == whole {
		var sum float64
		for _, v := range values {
			sum += float64(v)
		}
		return sum / float64(len(values))
	}
	return mask.mean(values, region == inside)
}
