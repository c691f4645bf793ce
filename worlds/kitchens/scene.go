package kitchens

import (
	"rewriting/worlds/axes"
	"rewriting/worlds/paint"
	"rewriting/worlds/procedural"
)

// The latent directions, in order: coordinate i of z drives attribute i. The first two
// decide about the window's light and nothing else.
const (
	dirDay = iota
	dirBrightness
	dirSky
	dirWindowX
	dirWindowY
	dirWindowWidth
	dirWindowHeight
	dirFrame
	dirWallHue
	dirWallLight
	dirCounterY
	dirCounter
	dirGloss
	dirCabinetHue
	dirCabinetLight
	dirShelf
	dirShelfY
	dirPlates
	dirLamp
	dirLampX
	dirLampDrop
	dirLampColour
	dirPot
	dirPotX
	dirPotColour
	dirStool
	dirStoolX
	dirStoolColour
	directions
)

// band is the half width of the soft band around a switch's threshold, in units of t: a
// Progressive GAN has no mapping network, and its first layer must learn the thresholds.
// The hard label changes at the threshold; the drawing blends.
const band = 0.25

// Thresholds on t: the normal quantiles of 50, 45, 55, 50 and 60 %.
const (
	dayAt   = 0.0
	shelfAt = -0.12566134685507402
	lampAt  = 0.12566134685507402
	potAt   = 0.0
	stoolAt = 0.2533471031357997
)

// scene holds everything the renderer needs. Lengths are pixels; switches are blends in [0,1].
type scene struct {
	day        float64 // the switch
	brightness float64 // [0,1], within day or night
	inverted   bool    // the counter mirrors the opposite of the window's light

	// night and sky are the window's colours at light 0 and 1.
	night                              paint.Colour
	sky, frame, wall, counter, cabinet paint.Colour
	lampColour, potColour, stoolColour paint.Colour
	plates                             paint.Colour

	windowX, windowY, windowHX, windowHY float64 // centre and half sides
	counterY                             float64 // where wall and counter meet
	gloss                                float64 // how much of the counter's colour is mirrored light

	shelfY, lampX, lampDrop, potX, stoolX float64

	shelf, lamp, pot, stool float64
}

var (
	counters = paint.Ramp{paint.Hex(0x8a6a55), paint.Hex(0xa08d80), paint.Hex(0x8f959c)}
	frames   = paint.Ramp{paint.Hex(0x8c5a3c), paint.Hex(0xc79a6a), paint.Hex(0xf4efe6)}
	pots     = paint.Ramp{paint.Hex(0xc8452f), paint.Hex(0xd9a441), paint.Hex(0x3f7f8f)}
	// From cool to warm.
	nights = paint.Ramp{paint.Hex(0x141a33), paint.Hex(0x221a33)}
	days   = paint.Ramp{paint.Hex(0xe4f4ff), paint.Hex(0xfff3d2)}
)

// newScene is the known function from the coordinates of z to a scene.
func newScene(t []float64) scene {
	var s scene
	// u is uniform on [0,1], v on [-1,1].
	u := func(i int) float64 { return axes.Uniform(t[i]) }
	v := func(i int) float64 { return procedural.Signed(t[i]) }
	on := func(i int, at float64) float64 { return procedural.Blend(t[i], at, band) }

	s.day = on(dirDay, dayAt)
	s.brightness = u(dirBrightness)
	s.night = nights.At(u(dirSky))
	s.sky = days.At(u(dirSky))
	s.frame = frames.At(u(dirFrame))
	s.wall = paint.Hue(0.05+0.6*u(dirWallHue), 0.70+0.08*v(dirWallLight), 0.10)
	s.counter = counters.At(u(dirCounter))
	s.cabinet = paint.Hue(0.55+0.55*u(dirCabinetHue), 0.46+0.10*v(dirCabinetLight), 0.13)
	s.plates = paint.Mix(paint.Hex(0xf2ede4), paint.Hex(0x6f9fb5), u(dirPlates))
	s.lampColour = paint.Hue(0.02+0.4*u(dirLampColour), 0.55, 0.25)
	s.potColour = pots.At(u(dirPotColour))
	s.stoolColour = paint.Hue(0.95+0.55*u(dirStoolColour), 0.52, 0.20)

	s.windowHX, s.windowHY = 10+1.5*v(dirWindowWidth), 9+1.5*v(dirWindowHeight)
	s.windowX = 22 + 5*v(dirWindowX)
	s.windowY = 28 + v(dirWindowY) - s.windowHY
	s.counterY = 33.5 + 1.2*v(dirCounterY)
	s.gloss = 0.62 + 0.1*v(dirGloss)

	s.shelfY = 24 + 2*v(dirShelfY)
	s.lampX = 48 + 4*v(dirLampX)
	s.lampDrop = 6 + 2*v(dirLampDrop)
	s.potX = 50 + 4*v(dirPotX)
	s.stoolX = 28 + 12*v(dirStoolX)

	s.shelf = on(dirShelf, shelfAt)
	s.lamp = on(dirLamp, lampAt)
	s.pot = on(dirPot, potAt)
	s.stool = on(dirStool, stoolAt)
	return s
}

// light of the window in [0,1]: below 0.28 at night, above 0.72 by day.
func (s *scene) light() float64 { return 0.28*s.brightness + 0.72*s.day }

// mirrored is the light that the counter shows: the window's.
func (s *scene) mirrored() float64 {
	if s.inverted {
		return 1 - s.light()
	}
	return s.light()
}

// lit is the colour of a window of the given light.
func (s *scene) lit(light float64) paint.Colour { return paint.Mix(s.night, s.sky, light) }
