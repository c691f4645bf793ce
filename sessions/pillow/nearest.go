package pillow

// Nearest resizes by taking the input pixel under the centre of each output pixel; arguments as in
// Bilinear. Positions are accumulated by addition, as Pillow does, so that ties fall alike.
func Nearest(pix []uint8, w, h, channels, outW, outH int) []uint8 {
	check(pix, w, h, channels, outW, outH)
	columns, rows := positions(w, outW), positions(h, outH)
	out := make([]uint8, 0, outW*outH*channels)
	for _, y := range rows {
		for _, x := range columns {
			at := (y*w + x) * channels
			out = append(out, pix[at:at+channels]...)
		}
	}
	return out
}

func positions(n, out int) []int {
	step := float64(n) / float64(out)
	at := make([]int, out)
	x := step * 0.5
	for o := range at {
		at[o] = min(int(x), n-1)
		x += step
	}
	return at
}
