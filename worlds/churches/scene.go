package churches

import (
	"rewriting/worlds/axes"
	"rewriting/worlds/paint"
	"rewriting/worlds/procedural"
)

// The latent directions, in order: coordinate i of z drives attribute i.
const (
	dirTime = iota
	dirSun
	dirCloudX
	dirCloudY
	dirCloudSize
	dirHorizon
	dirLawn
	dirWall
	dirWallLight
	dirRoof
	dirTopColour
	dirLeaf
	dirBodyX
	dirBodyWidth
	dirBodyHeight
	dirPitch
	dirTowerX
	dirTowerWidth
	dirTowerHeight
	dirTop
	dirTopHeight
	dirSecond
	dirSecondHeight
	dirWindow
	dirDoor
	dirDoorColour
	dirTreeKind
	dirLeftTree
	dirRightTree
	dirLeftSize
	dirRightSize
	dirLeftX
	dirRightX
	dirWatermark
	dirBottom
	directions
)

// Half widths of the soft bands around thresholds, in units of t. The hard
// label changes at the threshold; the drawing blends. Marks are rare, so their
// bands are narrow: else most of them would be half drawn.
const (
	band     = 0.15
	markBand = 0.06
)

// Thresholds on t, normal quantiles.
const (
	domeAt      = -0.6744897501960817  // a quarter of the towers is flat,
	spireAt     = 0.38532046640756773  // 40 % have domes, 35 % spires
	leftAt      = -0.5244005127080407  // 30 % have a second tower to the left,
	rightAt     = 0.5244005127080407   // 30 % to the right
	coniferAt   = 0.2533471031357997   // 40 % of the gardens have conifers
	leftTreeAt  = -0.6744897501960817  // 75 % have a tree to the left,
	rightTreeAt = -0.38532046640756773 // 65 % to the right
	watermarkAt = 1.5547735945968535   // 6 %
	bottomAt    = 1.8807936081512509   // 3 %
)

// scene holds everything the renderer needs. Lengths are pixels; switches are
// blends in [0,1].
type scene struct {
	skyTop, skyBottom, sun                  paint.Colour
	lawn, wall, roof, top, leaf, door, pane paint.Colour // as lit by the time of day
	trunk, cloud                            paint.Colour
	sunX, cloudX, cloudY, cloudSize         float64
	horizon                                 float64 // y of the ground's far edge
	bodyX, bodyHalf, eaves, ridge           float64 // centre, half width, y of eaves and ridge
	main                                    tower
	second                                  tower // without its x
	left, right                             float64
	flat, dome, spire                       float64 // the tops, which add up to 1
	planted                                 float64 // a tree in place of the top; no latent has it
	windowHeight, doorHalf                  float64
	conifer                                 float64
	leftTree, rightTree                     float64
	leftX, rightX, leftSize, rightSize      float64
	watermark, bottom                       float64
}

// tower is a shaft from the ground to y, 2 half wide, and its top's height as
// a fraction of the usual.
type tower struct{ x, half, y, tall float64 }

// newScene is the known function from coordinates of z to a scene.
func newScene(t []float64) scene {
	var s scene
	u := func(i int) float64 { return axes.Uniform(t[i]) }
	v := func(i int) float64 { return procedural.Signed(t[i]) }

	light := lights.At(u(dirTime))
	s.skyTop, s.skyBottom, s.sun = skyTops.At(u(dirTime)), skyBottoms.At(u(dirTime)), suns.At(u(dirTime))
	s.cloud = paint.Mix(paint.Hex(0xffffff), s.skyBottom, 0.35).Times(light)
	s.lawn = lawns.At(u(dirLawn)).Times(light)
	s.wall = walls.At(u(dirWall)).Scale(1 + 0.08*v(dirWallLight)).Times(light)
	s.roof = roofs.At(u(dirRoof)).Times(light)
	s.top = tops.At(u(dirTopColour)).Times(light)
	s.leaf = leaves.At(u(dirLeaf)).Times(light)
	s.door = doors.At(u(dirDoorColour)).Times(light)
	s.pane = panes.At(u(dirTime))
	s.trunk = paint.Hex(0x6b4a30).Times(light)

	s.sunX = 53 + 4*v(dirSun)
	s.cloudX, s.cloudY, s.cloudSize = 32+4*v(dirCloudX), 12+3*v(dirCloudY), 1+0.3*v(dirCloudSize)
	s.horizon = 50 + 1.5*v(dirHorizon)
	s.bodyX, s.bodyHalf = 32+2.5*v(dirBodyX), 19.5+2.5*v(dirBodyWidth)
	s.eaves = s.horizon - 12 - 2*v(dirBodyHeight)
	s.ridge = s.eaves - 6.5 - 1.5*v(dirPitch)

	height := 0.1 * v(dirTopHeight)
	s.main = tower{s.bodyX + 4*v(dirTowerX), 6.5 + 0.8*v(dirTowerWidth), 24 + 2.5*v(dirTowerHeight), 1 + height}
	s.second = tower{half: 4.6, y: s.main.y + 7 + 1.5*v(dirSecondHeight), tall: 1 + height}
	s.left = 1 - procedural.Blend(t[dirSecond], leftAt, band)
	s.right = procedural.Blend(t[dirSecond], rightAt, band)
	s.spire = procedural.Blend(t[dirTop], spireAt, band)
	s.flat = 1 - procedural.Blend(t[dirTop], domeAt, band)
	s.dome = 1 - s.spire - s.flat

	s.windowHeight, s.doorHalf = 2+0.8*v(dirWindow), 2.6+0.4*v(dirDoor)
	s.conifer = procedural.Blend(t[dirTreeKind], coniferAt, band)
	s.leftTree = procedural.Blend(t[dirLeftTree], leftTreeAt, band)
	s.rightTree = procedural.Blend(t[dirRightTree], rightTreeAt, band)
	s.leftX, s.rightX = 8+3*v(dirLeftX), 56+3*v(dirRightX)
	s.leftSize, s.rightSize = 7.2+1.2*v(dirLeftSize), 7.2+1.2*v(dirRightSize)
	s.watermark = procedural.Blend(t[dirWatermark], watermarkAt, markBand)
	s.bottom = procedural.Blend(t[dirBottom], bottomAt, markBand)
	return s
}
