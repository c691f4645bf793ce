package paint

import "math"

// Colour is red, green, blue in [0,1].
type Colour [3]float64

// Hex is the colour 0xRRGGBB.
func Hex(v uint32) Colour {
	return Colour{float64(v>>16&255) / 255, float64(v>>8&255) / 255, float64(v&255) / 255}
}

// Mix goes from a (t = 0) to b (t = 1) along a straight line.
func Mix(a, b Colour, t float64) Colour {
	for k := range a {
		a[k] += t * (b[k] - a[k])
	}
	return a
}

// Scale multiplies all components by f.
func (c Colour) Scale(f float64) Colour { return Colour{c[0] * f, c[1] * f, c[2] * f} }

// Times multiplies component by component: a surface of colour c in light o.
func (c Colour) Times(o Colour) Colour { return Colour{c[0] * o[0], c[1] * o[1], c[2] * o[2]} }

// Lerp goes from a (t = 0) to b (t = 1).
func Lerp(a, b, t float64) float64 { return a + t*(b-a) }

// Ramp is a row of colours at equal steps; At interpolates.
type Ramp []Colour

// At returns the colour at u in [0,1], linearly between neighbours.
func (r Ramp) At(u float64) Colour {
	v := max(0, min(1, u)) * float64(len(r)-1)
	i := min(int(v), len(r)-2)
	return Mix(r[i], r[i+1], v-float64(i))
}

// Hue is a colour of the cosine wheel: mid + amp cos(2 pi (h - k/3)) for
// k = red, green, blue; h = 0 is red, 1/3 green, 2/3 blue. It is smooth in h.
func Hue(h, mid, amp float64) Colour {
	var c Colour
	for k := range c {
		c[k] = mid + amp*math.Cos(2*math.Pi*(h-float64(k)/3))
	}
	return c
}
