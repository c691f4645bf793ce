package sessions

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"strings"
)

// Mask is a painted region at the size it was painted. It is immutable.
//
// The interface paints white strokes with soft edges on a transparent canvas, and the original
// reads them by dropping alpha: a pixel counts fully wherever anything was painted, even at alpha
// 1/255 (spec: method 3). So the mask is the red channel of the unpremultiplied pixels.
type Mask struct {
	width, height int
	red           []uint8
	url           string
}

// ParseMask decodes a data URL that holds a PNG, at most 4096 pixels a side.
func ParseMask(url string) (*Mask, error) {
	header, body, found := strings.Cut(url, ";base64,")
	if !found || !strings.HasPrefix(header, "data:image/") {
		return nil, fmt.Errorf("mask is not a data URL (data:image/png;base64,...), starts with %.30q", url)
	}
	file, err := base64.StdEncoding.DecodeString(body)
	if err != nil {
		return nil, fmt.Errorf("mask is not valid base64: %w", err)
	}
	red, width, height, err := decode(file)
	if err != nil {
		return nil, err
	}
	return &Mask{width: width, height: height, red: red, url: url}, nil
}

// pngEnd is the type and checksum of the empty chunk that closes every PNG.
var pngEnd = []byte("IEND\xaeB`\x82")

// decode returns the red channel of a PNG.
func decode(file []byte) (red []uint8, width, height int, err error) {
	config, err := png.DecodeConfig(bytes.NewReader(file))
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, 0, 0, fmt.Errorf("mask's PNG is truncated after %d bytes", len(file))
	case err != nil:
		return nil, 0, 0, fmt.Errorf("mask is not a PNG: %w", err)
	case config.Width > maxSide || config.Height > maxSide:
		return nil, 0, 0, fmt.Errorf("mask is oversized: %dx%d pixels, at most %dx%d are allowed",
			config.Width, config.Height, maxSide, maxSide)
	}
	img, err := png.Decode(bytes.NewReader(file))
	switch {
	case err != nil && !bytes.HasSuffix(file, pngEnd):
		return nil, 0, 0, fmt.Errorf("mask's PNG is truncated after %d bytes: %w", len(file), err)
	case err != nil:
		return nil, 0, 0, fmt.Errorf("mask's PNG is damaged: %w", err)
	}
	width, height = img.Bounds().Dx(), img.Bounds().Dy()
	red = make([]uint8, width*height)
	if m, ok := img.(*image.NRGBA); ok { // all masks painted in a browser
		for i := range red {
			y, x := i/width, i%width
			red[i] = m.Pix[y*m.Stride+4*x]
		}
		return red, width, height, nil
	}
	for i := range red {
		// Other kinds have no alpha or are paletted. NRGBAModel leaves unpremultiplied colours alone.
		red[i] = color.NRGBAModel.Convert(img.At(i%width, i/width)).(color.NRGBA).R
	}
	return red, width, height, nil
}

// NewMask makes a mask of w x h pixels from a bitmap in row-major order, in the form of the
// released interface: white, opaque where painted, transparent black elsewhere.
// It panics when the bitmap has another length or a side is not in 1..4096.
func NewMask(painted []bool, w, h int) *Mask {
	if w <= 0 || h <= 0 || w > maxSide || h > maxSide || len(painted) != w*h {
		panic(fmt.Sprintf("sessions: NewMask of %d pixels as %dx%d", len(painted), w, h))
	}
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	m := &Mask{width: w, height: h, red: make([]uint8, w*h)}
	for i, p := range painted {
		if p {
			m.red[i] = 255
			copy(img.Pix[4*i:], []uint8{255, 255, 255, 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic("sessions: encoding a mask in memory: " + err.Error())
	}
	m.url = "data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes())
	return m
}

// Size is the width and height in pixels.
func (m *Mask) Size() (w, h int) { return m.width, m.height }

// URL is the data URL the mask was read from, or that NewMask made.
func (m *Mask) URL() string { return m.url }

// At is the value of a pixel, 0..255.
func (m *Mask) At(y, x int) uint8 { return m.red[y*m.width+x] }

// Painted counts the pixels above zero.
func (m *Mask) Painted() int {
	n := 0
	for _, v := range m.red {
		if v > 0 {
			n++
		}
	}
	return n
}
