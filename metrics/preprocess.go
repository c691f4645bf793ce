package metrics

import (
	"fmt"
	"strings"

	"rewriting/compute"
	"rewriting/sessions/pillow"
)

// Preprocess says how an image becomes the input of a network.
type Preprocess struct {
	// Range of the values: "-1,1", "0,1", "0,255" or "imagenet" ([0,1], then the ImageNet mean and
	// deviation per channel). Empty: what the network's metadata says, else "-1,1".
	Range string `toml:"range"`
	// Resize rule: "none"; "pillow-bilinear" (antialiased, on 8 bits, as the released attribute
	// classifier); "nearest" (source index = floor(target * in/out), as the released face parser).
	Resize string `toml:"resize"`
	// Size is [height, width] after resizing.
	Size []int `toml:"size"`
}

var (
	ranges  = []string{"-1,1", "0,1", "0,255", "imagenet"}
	resizes = []string{"none", "pillow-bilinear", "nearest"}
)

func (p Preprocess) check() error {
	if p.Range != "" && !contains(ranges, p.Range) {
		return fmt.Errorf("range = %q: it must be one of %s", p.Range, quoted(ranges))
	}
	if p.Resize != "" && !contains(resizes, p.Resize) {
		return fmt.Errorf("resize = %q: it must be one of %s", p.Resize, quoted(resizes))
	}
	resizing := p.Resize != "" && p.Resize != "none"
	if resizing && (len(p.Size) != 2 || p.Size[0] < 1 || p.Size[1] < 1 || p.Size[0] > 4096 || p.Size[1] > 4096) {
		return fmt.Errorf("resize = %q needs size = [height, width], each from 1 to 4096", p.Resize)
	}
	if !resizing && len(p.Size) != 0 {
		return fmt.Errorf("size = %v has no effect without resize = \"pillow-bilinear\" or \"nearest\"", p.Size)
	}
	return nil
}

// over fills the range in from the network's metadata.
func (p Preprocess) over(n NetworkInfo) (Preprocess, error) {
	if p.Range == "" {
		p.Range = strings.ReplaceAll(n.Metadata["input_range"], " ", "")
		if p.Range == "" {
			p.Range = "-1,1"
		}
		if !contains(ranges, p.Range) {
			return p, fmt.Errorf("network %s has input_range %q in its metadata; set range to one of %s", n.Name, p.Range, quoted(ranges))
		}
	}
	return p, nil
}

// String is the protocol in words.
func (p Preprocess) String() string {
	s := "RGB in [" + p.Range + "]"
	if p.Range == "imagenet" {
		s = "RGB normalised by the ImageNet mean and deviation"
	}
	if p.Resize != "" && p.Resize != "none" {
		s += fmt.Sprintf(", resized to height %d, width %d by %s", p.Size[0], p.Size[1], p.Resize)
	}
	return s
}

// apply makes the network's input of an 8-bit image [1,3,H,W] in [-1,1].
func (p Preprocess) apply(x *compute.Tensor) *compute.Tensor {
	switch p.Resize {
	case "pillow-bilinear":
		x = resizePillow(x, p.Size[0], p.Size[1])
	case "nearest":
		x = resizeNearest(x, p.Size[0], p.Size[1])
	}
	if p.Range == "-1,1" {
		return x
	}
	y := compute.New(x.Shape...)
	plane := x.Dim(2) * x.Dim(3)
	for i, v := range x.Data {
		unit := v*0.5 + 0.5
		switch p.Range {
		case "0,255":
			unit *= 255
		case "imagenet":
			c := i / plane % 3
			unit = (unit - imagenetMean[c]) / imagenetDeviation[c]
		}
		y.Data[i] = unit
	}
	return y
}

var (
	imagenetMean      = [3]float32{0.485, 0.456, 0.406}
	imagenetDeviation = [3]float32{0.229, 0.224, 0.225}
)

func resizePillow(x *compute.Tensor, h, w int) *compute.Tensor {
	ih, iw := x.Dim(2), x.Dim(3)
	pix := make([]uint8, 3*ih*iw)
	for c := range 3 {
		for i := range ih * iw {
			pix[3*i+c] = level(x.Data[c*ih*iw+i])
		}
	}
	small := pillow.Bilinear(pix, iw, ih, 3, w, h)
	y := compute.New(1, 3, h, w)
	for c := range 3 {
		for i := range h * w {
			y.Data[c*h*w+i] = value(small[3*i+c])
		}
	}
	return y
}

func resizeNearest(x *compute.Tensor, h, w int) *compute.Tensor {
	ih, iw := x.Dim(2), x.Dim(3)
	y := compute.New(x.Dim(0), x.Dim(1), h, w)
	for p := range x.Dim(0) * x.Dim(1) {
		for i := range h {
			for j := range w {
				y.Data[(p*h+i)*w+j] = x.Data[(p*ih+i*ih/h)*iw+j*iw/w]
			}
		}
	}
	return y
}

func contains(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}

func quoted(list []string) string { return `"` + strings.Join(list, `", "`) + `"` }
