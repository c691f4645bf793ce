package paint

// Grow returns a mask of size by size pixels grown by one pixel in all eight
// directions.
func Grow(mask []bool, size int) []bool {
	out := make([]bool, len(mask))
	for p, set := range mask {
		if !set {
			continue
		}
		x, y := p%size, p/size
		for j := max(0, y-1); j <= min(size-1, y+1); j++ {
			for i := max(0, x-1); i <= min(size-1, x+1); i++ {
				out[j*size+i] = true
			}
		}
	}
	return out
}
