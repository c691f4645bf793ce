package blend

// Copy mixes pixel by pixel: mask a + (1-mask) b.
func Copy(a, b, mask []float32) []float32 {
	out := make([]float32, len(a))
	for i := range out {
		out[i] = mix(a[i], b[i], mask[i%len(mask)])
	}
	return out
}

func mix(a, b, m float32) float32 { return a*m + b*(1-m) }
