package figure

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
)

// SVG is the page as text that scales, with its pictures inside.
func (s *sheet) SVG() ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%dpt" height="%dpt" viewBox="0 0 %d %d" font-family="Liberation Sans,Arial,Helvetica,sans-serif">`+"\n", s.w, s.h, s.w, s.h)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#ffffff"/>`+"\n", s.w, s.h)
	for _, p := range s.pictures {
		fmt.Fprintf(&b, `<image x="%d" y="%d" width="%d" height="%d" style="image-rendering:pixelated" href="data:image/png;base64,%s"/>`+"\n",
			p.x, p.y, p.w, p.h, base64.StdEncoding.EncodeToString(p.png))
	}
	for _, w := range s.words {
		c, anchor := w.colour(), ""
		if w.middle {
			anchor = ` text-anchor="middle"`
		}
		fmt.Fprintf(&b, `<text x="%d" y="%d" font-size="%g"%s fill="#%02x%02x%02x">`, w.x, w.y, w.size, anchor, c.R, c.G, c.B)
		if err := xml.EscapeText(&b, []byte(w.text)); err != nil {
			return nil, err
		}
		b.WriteString("</text>\n")
	}
	b.WriteString("</svg>\n")
	return b.Bytes(), nil
}
