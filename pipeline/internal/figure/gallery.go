package figure

import (
	"bytes"
	"image/png"
	"strings"

	"rewriting/pipeline/internal/report"
)

// gallery lays out pictures with their captions, one below the other; of is the group of them, empty for all.
func gallery(c *caption, r *report.Result, of string) (*sheet, error) {
	s := &sheet{}
	y := margin
	for _, p := range r.Pictures {
		if of != "" && p.Of != of {
			continue
		}
		size, err := png.DecodeConfig(bytes.NewReader(p.PNG))
		if err != nil {
			return nil, c.cannot("a picture of its result: %s", err)
		}
		w, h := fit(size.Width, size.Height)
		for _, line := range wrap(p.Caption, label, max(w, widest/2)) {
			y += 11
			s.write(words{text: line, x: margin, y: y, size: label})
		}
		y += 5
		s.picture(p.PNG, margin, y, w, h)
		y += h + 8
		c.say("%s.", p.Caption)
	}
	if len(s.pictures) == 0 {
		return nil, c.cannot("its result holds no pictures")
	}
	return s, nil
}

// widest is the width of the widest picture, in points.
const widest = 560

// fit is the size of a picture on the page: as many whole dots per pixel as the page is wide, or the width of the page.
func fit(w, h int) (int, int) {
	if n := fineness * widest / w; n >= 1 {
		n = min(n, 4)
		return (w*n + fineness - 1) / fineness, (h*n + fineness - 1) / fineness
	}
	return widest, h * widest / w
}

// wrap breaks a text into lines of at most so many points.
func wrap(text string, size float64, points int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		longer := strings.TrimSpace(line + " " + word)
		if line != "" && width(longer, size) > points {
			lines = append(lines, line)
			longer = word
		}
		line = longer
	}
	return append(lines, line)
}
