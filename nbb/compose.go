package nbb

import (
	"errors"
	"fmt"
	"slices"

	"rewriting/compute"
	"rewriting/nbb/blend"
	"rewriting/nbb/warp"
	"rewriting/sessions"
	"rewriting/sessions/pillow"
)

// Blend is a way to put the warped goal into a picture.
type Blend int

const (
	Copy Blend = iota
	Laplace
	Poisson
)

// Composer warps the edited target, the goal, along correspondences and blends it into pictures. It is safe for concurrent use.
//
// By default it works at the pictures' own resolution: each pixel asks the rigid motion from its picture to the target where it comes
// from, the goal and its soft mask are read there linearly, and nothing is rounded before the end. Official does what the released code does instead, at
// 256 pixels where pictures are larger: package warp's field and binary mask, nearest pixels, Gaussian pyramids in bytes, Laplace results that
// wrap around instead of being clamped, Poisson's defect on the outer ring, and copies onto Poisson's result, which the released code writes into the
// picture's own memory.
type Composer struct {
	goal     []float32 // 3 planes of size x size, 0 to 255
	mask     []float32 // the same, one plane in [0,1]
	full     int       // resolution of pictures
	size     int       // at which they are composed
	network  int       // size at which the pairs were found
	cell     int       // pixels of a pair's cell
	official bool
}

// officialSize is the resolution of the released code's results.
const officialSize = 256

// NewComposer prepares an edited target [1,3,R,R] in [-1,1], and the mask of what was edited in it, for pairs that a search found. A mask
// of which nothing is left is an error.
func NewComposer(goal *compute.Tensor, edited *sessions.Mask, s *Search, official bool) (*Composer, error) {
	full := goal.Dim(3)
	c := &Composer{full: full, size: full, network: s.network.size, cell: s.cell(), official: official}
	if official {
		c.size = min(full, officialSize)
	}
	var err error
	if c.mask, err = mask(edited, c.network, c.size, official); err != nil {
		return nil, err
	}
	c.goal = planes(goal, c.size)
	return c, nil
}

// MaskError says whether anything of a mask would be left to blend under, for pictures of full pixels and a network of the given size.
func MaskError(m *sessions.Mask, network, full int, official bool) error {
	if official {
		full = min(full, officialSize)
	}
	_, err := mask(m, network, full, official)
	return err
}

func mask(m *sessions.Mask, network, size int, official bool) ([]float32, error) {
	if !official {
		a := m.Area(size, size)
		if a.Empty() {
			return nil, fmt.Errorf("nothing of the paste mask is left at %d pixels", size)
		}
		return a.A, nil
	}
	soft := m.Area(network, network)
	out := warp.ReleasedMask(compute.From(soft.A, 1, 1, network, network), size)
	if !slices.Contains(out, 1) {
		full := 0
		for _, v := range soft.A {
			if v == 1 {
				full++
			}
		}
		return nil, fmt.Errorf("the paste mask truncates to nothing: of %d pixels above 0 at %d pixels, %d are 1, and at %d pixels none is left",
			soft.Positive(), network, full, size)
	}
	return out, nil
}

// planes are a picture's bytes at another size, as numbers.
func planes(x *compute.Tensor, size int) []float32 {
	r := x.Dim(3)
	pixels := bytesOf(x)
	var out []float32
	for c := range 3 {
		for _, b := range pillow.Bicubic(pixels[c*r*r:(c+1)*r*r], r, r, 1, size, size) {
			out = append(out, float32(b))
		}
	}
	return out
}

// Compose blends the goal into a picture [1,3,R,R] in [-1,1] that holds bytes. So does the result: it stands in the middle of each byte's
// interval, so that quantising it gives that byte. Without pairs, and in the official way with one, which gives no motion there, the bytes of the
// picture come back.
func (c *Composer) Compose(picture *compute.Tensor, pairs []Pair, how Blend) (*compute.Tensor, error) {
	if picture.Dim(3) != c.full {
		return nil, fmt.Errorf("a picture of shape %v: the target has %d pixels a side", picture.Shape, c.full)
	}
	if len(pairs) == 0 || c.official && len(pairs) == 1 {
		return pictureOf(bytesOf(picture), c.full), nil
	}
	below := planes(picture, c.size)
	var pixels []uint8
	var err error
	if c.official {
		pixels, err = c.released(below, pairs, how)
	} else {
		pixels, err = c.clean(below, pairs, how)
	}
	if err != nil {
		return nil, err
	}
	if c.size != c.full {
		var out []uint8
		area := c.size * c.size
		for k := range 3 {
			out = append(out, pillow.Bicubic(pixels[k*area:(k+1)*area], c.size, c.size, 1, c.full, c.full)...)
		}
		pixels = out
	}
	return pictureOf(pixels, c.full), nil
}

// clean warps backwards: the motion is that from the picture to the target.
func (c *Composer) clean(below []float32, pairs []Pair, how Blend) ([]uint8, error) {
	var motion warp.Rigid
	scale := float64(c.size) / float64(c.network)
	// a pair names the upper left pixel of its cell; what matched is the cell
	centre := func(p Point) warp.Point {
		half := float64(c.cell) / 2
		return warp.Point{Row: (float64(p.Row)+half)*scale - 0.5, Col: (float64(p.Col)+half)*scale - 0.5}
	}
	for _, p := range pairs {
		motion.From = append(motion.From, centre(p.A))
		motion.To = append(motion.To, centre(p.B))
	}
	places := make([]warp.Point, c.size*c.size)
	for i := range places {
		places[i] = motion.At(warp.Point{Row: float64(i / c.size), Col: float64(i % c.size)})
	}
	goal := warp.Bilinear(c.goal, c.size, places, warp.Edge)
	mask := warp.Bilinear(c.mask, c.size, places, warp.Empty)
	var out []float32
	switch how {
	case Copy:
		out = blend.Copy(goal, below, mask)
	case Laplace:
		out = blend.Laplace(goal, below, mask, blend.Levels(c.size), false)
	case Poisson:
		inside := make([]bool, len(mask))
		for i, m := range mask {
			inside[i] = m >= 0.5
		}
		var err error
		if out, err = blend.Poisson(goal, below, inside, blend.Fixed); err != nil {
			return nil, err
		}
	default:
		return nil, errors.New("no such blend")
	}
	pixels := make([]uint8, len(out))
	for i, v := range out {
		pixels[i] = nearest(v)
	}
	return pixels, nil
}

// released is the released code's composition, defects included.
func (c *Composer) released(below []float32, pairs []Pair, how Blend) ([]uint8, error) {
	var motion warp.Rigid
	for _, p := range pairs {
		motion.From = append(motion.From, warp.Point{Row: float64(p.B.Row), Col: float64(p.B.Col)})
		motion.To = append(motion.To, warp.Point{Row: float64(p.A.Row), Col: float64(p.A.Col)})
	}
	field := warp.Released(motion, c.network, c.size)
	goal, mask := field.Sample(c.goal), field.Sample(c.mask)
	pixels := make([]uint8, len(below))
	if how == Laplace {
		for i, v := range blend.Laplace(goal, below, mask, blend.Levels(c.size), true) {
			pixels[i] = uint8(int(v)) // truncated, then modulo 256
		}
		return pixels, nil
	}
	inside := make([]bool, len(mask))
	for i, m := range mask {
		inside[i] = m == 1
	}
	solved, err := blend.Poisson(goal, below, inside, blend.Defect)
	if err != nil {
		return nil, err
	}
	for i, v := range solved {
		if how == Copy && inside[i%len(inside)] {
			v = goal[i]
		}
		pixels[i] = uint8(min(max(v, 0), 255))
	}
	return pixels, nil
}
