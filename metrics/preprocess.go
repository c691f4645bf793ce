package metrics

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"rewriting/compute"
)

// Preprocess says how an image becomes the input of a network.
type Preprocess struct {
	// Mode is a network's published rule; it gives what the keys below leave out. Empty: what the
	// network's metadata says under "mode", if anything. See modes.
	Mode string `toml:"mode"`
	// Range of the values: "-1,1", "0,1", "0,255", "imagenet" ([0,1], then the ImageNet mean and
	// deviation per channel), "bgr-mean" ([0,255] in BGR order minus a mean per channel) or "inception"
	// ((v-128)/128 of v in [0,255]). Empty: what the network's metadata says, else "-1,1".
	Range string `toml:"range"`
	// Resize rule: "none"; "pillow-bilinear" (antialiased, on 8 bits); "nearest" (source index =
	// floor(target * in/out)); "average" (adaptive average pooling); "tf1-bilinear" (source = target *
	// in/out without half pixels or antialiasing, as TensorFlow 1).
	Resize string `toml:"resize"`
	// Size is [height, width] after resizing.
	Size []int `toml:"size"`
}

var (
	ranges  = []string{"-1,1", "0,1", "0,255", "imagenet", "bgr-mean", "inception"}
	resizes = []string{"none", "pillow-bilinear", "nearest", "average", "tf1-bilinear"}
)

// modes are the published rules (spec: metrics 2, 3, 4 and 6.1). "official" feeds the face parser as the
// released metric does, with values of another normalisation than it was trained on; "imagenet" feeds it
// as its authors do. "slimcnn" transposes the 178 x 218 crops that network was trained on, as released.
var modes = map[string]Preprocess{
	"official":  {Range: "-1,1", Resize: "nearest", Size: []int{512, 512}},
	"imagenet":  {Range: "imagenet", Resize: "pillow-bilinear", Size: []int{512, 512}},
	"slimcnn":   {Range: "-1,1", Resize: "pillow-bilinear", Size: []int{178, 218}},
	"netpqc":    {Range: "bgr-mean", Resize: "average", Size: []int{256, 256}},
	"inception": {Range: "inception", Resize: "tf1-bilinear", Size: []int{299, 299}},
}

// preset fills in from the mode what is not set.
func (p Preprocess) preset() Preprocess {
	m := modes[p.Mode]
	if p.Range == "" {
		p.Range = m.Range
	}
	if p.Resize == "" {
		p.Resize = m.Resize
		if p.Size == nil {
			p.Size = m.Size
		}
	}
	return p
}

func (p Preprocess) check() error {
	if _, known := modes[p.Mode]; p.Mode != "" && !known {
		return fmt.Errorf("mode = %q: it must be one of %s", p.Mode, quoted(slices.Sorted(maps.Keys(modes))))
	}
	p = p.preset()
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
		return fmt.Errorf("size = %v has no effect without a rule, such as resize = \"pillow-bilinear\"", p.Size)
	}
	return nil
}

// over fills in from the network's metadata what the config leaves open.
func (p Preprocess) over(n NetworkInfo) (Preprocess, error) {
	if mode := n.Metadata["mode"]; p.Mode == "" && mode != "" {
		if _, known := modes[mode]; !known {
			return p, fmt.Errorf("network %s has mode %q in its metadata; there is %s", n.Name, mode, quoted(slices.Sorted(maps.Keys(modes))))
		}
		p.Mode = mode
	}
	p = p.preset()
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
	switch p.Range {
	case "imagenet":
		s = "RGB normalised by the ImageNet mean and deviation"
	case "bgr-mean":
		s = "BGR in [0,255] minus the mean of each channel"
	case "inception":
		s = "RGB in [0,255] minus 128, over 128"
	}
	if p.Resize != "" && p.Resize != "none" {
		s += fmt.Sprintf(", resized to height %d, width %d by %s", p.Size[0], p.Size[1], p.Resize)
	}
	return s
}

// apply makes the network's input of an image [1,3,H,W] in [-1,1].
func (p Preprocess) apply(x *compute.Tensor) *compute.Tensor {
	if p.Range == "inception" {
		// FID's graph clamps and resizes on the [0,255] scale and normalises last.
		x = x.Clone()
		for i, v := range x.Data {
			x.Data[i] = min(max((v*0.5+0.5)*255, 0), 255)
		}
	}
	x = p.resized(x)
	if p.Range == "-1,1" {
		return x
	}
	y := compute.New(x.Shape...)
	plane := x.Dim(2) * x.Dim(3)
	for i, v := range x.Data {
		c := i / plane % 3
		unit := v*0.5 + 0.5
		switch p.Range {
		case "0,255":
			unit *= 255
		case "imagenet":
			unit = (unit - imagenetMean[c]) / imagenetDeviation[c]
		case "bgr-mean":
			// Channel c of RGB is channel 2-c of BGR.
			y.Data[i+(2-2*c)*plane] = unit*255 - bgrMean[2-c]
			continue
		case "inception":
			unit = (v - 128) / 128
		}
		y.Data[i] = unit
	}
	return y
}

func (p Preprocess) resized(x *compute.Tensor) *compute.Tensor {
	switch p.Resize {
	case "pillow-bilinear":
		return resizePillow(x, p.Size[0], p.Size[1])
	case "nearest":
		return compute.ResizeNearest(x, p.Size[0], p.Size[1])
	case "average":
		return poolAverage(x, p.Size[0], p.Size[1])
	case "tf1-bilinear":
		return compute.ResizeBilinear(x, p.Size[0], p.Size[1], compute.Asymmetric)
	}
	return x
}

var (
	imagenetMean      = [3]float32{0.485, 0.456, 0.406}
	imagenetDeviation = [3]float32{0.229, 0.224, 0.225}
	bgrMean           = [3]float32{102.9801, 115.9465, 122.7717}
)

func contains(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}

func quoted(list []string) string { return `"` + strings.Join(list, `", "`) + `"` }
