package sessions_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"testing"

	"rewriting/sessions"
)

// fixHeader renews the checksum of a PNG's first chunk.
func fixHeader(file []byte) {
	binary.BigEndian.PutUint32(file[29:], crc32.ChecksumIEEE(file[12:29]))
}

func TestAlphaIsDroppedInEveryKindOfPNG(t *testing.T) {
	r := image.Rect(0, 0, 2, 1)
	soft := image.NewNRGBA(r)
	soft.SetNRGBA(0, 0, color.NRGBA{255, 255, 255, 1})
	deep := image.NewNRGBA64(r)
	deep.SetNRGBA64(0, 0, color.NRGBA64{0xffff, 0xffff, 0xffff, 0x0100})
	opaque := image.NewRGBA(r)
	opaque.SetRGBA(0, 0, color.RGBA{255, 255, 255, 255})
	opaque.SetRGBA(1, 0, color.RGBA{0, 0, 0, 255})
	grey := image.NewGray(r)
	grey.SetGray(0, 0, color.Gray{255})
	paletted := image.NewPaletted(r, color.Palette{color.NRGBA{}, color.NRGBA{255, 255, 255, 3}})
	paletted.SetColorIndex(0, 0, 1)
	for name, img := range map[string]image.Image{
		"RGBA": soft, "RGBA of 16 bits": deep, "RGB": opaque, "grey": grey, "palette": paletted,
	} {
		var b bytes.Buffer
		if err := png.Encode(&b, img); err != nil {
			t.Fatal(err)
		}
		m, err := sessions.ParseMask("data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes()))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if m.At(0, 0) != 255 || m.At(0, 1) != 0 {
			t.Errorf("%s: pixels %d and %d, want 255 and 0", name, m.At(0, 0), m.At(0, 1))
		}
	}
}
