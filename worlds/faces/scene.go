package faces

import (
	"rewriting/worlds/axes"
	"rewriting/worlds/paint"
	"rewriting/worlds/procedural"
)

// The latent directions, in order: coordinate i of z drives attribute i.
const (
	dirBackHue = iota
	dirBackLight
	dirBackGradient
	dirSkin
	dirCentreX
	dirCentreY
	dirRadiusX
	dirRadiusY
	dirTilt
	dirHairColour
	dirHairStyle
	dirEyeDistance
	dirEyeSize
	dirGaze
	dirIris
	dirBrow
	dirNose
	dirMouthHeight
	dirMouthWidth
	dirStrength
	dirSmile
	dirOpen
	dirGlasses
	dirEarrings
	dirHat
	dirJewelColour
	dirHatColour
	dirShirtColour
	directions
)

// band is the half width of the soft band around a switch's threshold, in
// units of t. The hard label changes at the threshold; the drawing blends.
const band = 0.15

// styleBand is the half width for hair styles, which change much of the picture.
const styleBand = 0.3

// Thresholds on t: the normal quantiles of 50, 50, 70, 60 and 80 %.
const (
	smileAt    = 0.0
	openAt     = 0.0
	glassesAt  = 0.5244005127080409
	earringsAt = 0.2533471031357997
	hatAt      = 0.8416212335729143
	bobAt      = -0.4307272992954576 // a third of the hair is short,
	longAt     = 0.4307272992954576  // a third a bob, a third long
)

// scene holds everything the renderer needs. Lengths are pixels, angles
// radians; switches are blends in [0,1].
type scene struct {
	backTop, backBottom                 paint.Colour
	skin, hair, iris, jewel, hat, shirt paint.Colour

	x, y, rx, ry, tilt float64

	eyeDistance, eyeSize, gaze float64
	browAngle, noseLength      float64
	mouthY, mouthWidth         float64 // centre below the head's, half width
	strength                   float64 // of smile or frown, [0,1]

	smiling, openness         float64 // openness is the switch; the mouth opens by smiling*openness
	glasses, earrings, hatted float64
	bob, long                 float64 // 0,0 short; 1,0 bob; 1,1 long
}

var (
	skins  = paint.Ramp{paint.Hex(0x8a5a3c), paint.Hex(0xb67e58), paint.Hex(0xd9a57c), paint.Hex(0xefc5a0), paint.Hex(0xfbdcc2)}
	hairs  = paint.Ramp{paint.Hex(0x2e2a33), paint.Hex(0x4e3629), paint.Hex(0x7d4a2b), paint.Hex(0xb86a35), paint.Hex(0xdcae62), paint.Hex(0xf0d695)}
	irises = paint.Ramp{paint.Hex(0x40291e), paint.Hex(0x6b4a2b), paint.Hex(0x4e7350), paint.Hex(0x3f6f9e)}
)

// newScene is the known function from coordinates of z to a scene.
func newScene(t []float64) scene {
	var s scene
	// u is uniform on [0,1], v on [-1,1].
	u := func(i int) float64 { return axes.Uniform(t[i]) }
	v := func(i int) float64 { return procedural.Signed(t[i]) }
	on := func(i int, at, half float64) float64 { return procedural.Blend(t[i], at, half) }

	back := paint.Hue(0.05+0.85*u(dirBackHue), 0.74+0.08*v(dirBackLight), 0.10)
	s.backTop = back.Scale(1 + 0.12*v(dirBackGradient))
	s.backBottom = back.Scale(1 - 0.12*v(dirBackGradient))
	s.skin = skins.At(u(dirSkin))
	s.hair = hairs.At(u(dirHairColour))
	s.iris = irises.At(u(dirIris))
	s.jewel = paint.Hue(0.10+0.75*u(dirJewelColour), 0.60, 0.27)
	s.hat = paint.Hue(0.95+0.8*u(dirHatColour), 0.52, 0.24)
	s.shirt = paint.Hue(0.45+0.8*u(dirShirtColour), 0.50, 0.20)

	s.x, s.y = 32+3.5*v(dirCentreX), 33+2.5*v(dirCentreY)
	s.rx, s.ry = 14.5+1.5*v(dirRadiusX), 17.5+1.5*v(dirRadiusY)
	s.tilt = 0.13 * v(dirTilt)

	s.eyeDistance = 6.3 + 0.7*v(dirEyeDistance)
	s.eyeSize = 1 + 0.15*v(dirEyeSize)
	s.gaze = 1.0 * v(dirGaze)
	s.browAngle = 0.06 + 0.22*v(dirBrow)
	s.noseLength = 3.4 + 1.0*v(dirNose)
	s.mouthY = 8.6 + 0.8*v(dirMouthHeight)
	s.mouthWidth = 6.0 + 0.8*v(dirMouthWidth)
	s.strength = u(dirStrength)

	s.smiling = on(dirSmile, smileAt, band)
	s.openness = on(dirOpen, openAt, band)
	s.glasses = on(dirGlasses, glassesAt, band)
	s.earrings = on(dirEarrings, earringsAt, band)
	s.hatted = on(dirHat, hatAt, band)
	s.bob = on(dirHairStyle, bobAt, styleBand)
	s.long = on(dirHairStyle, longAt, styleBand)
	return s
}

// mouth returns the shape of the mouth's opening: closed it is a line.
//
//	curvature = -(0.2 + 2.2 s) unsmiling, 3.2 + 1.4 s smiling   (px, middle below the corners)
//	opening   = (4.2 + 1.4 s) smiling openness                   (px, in the middle)
func (s *scene) mouth() mouth {
	frown, smile := -(0.2 + 2.2*s.strength), 3.2+1.4*s.strength
	open := s.smiling * s.openness
	return mouth{
		y:         s.mouthY,
		halfWidth: s.mouthWidth + 2*s.smiling,
		curvature: frown + s.smiling*(smile-frown),
		opening:   open * (4.2 + 1.4*s.strength),
	}
}
