package main

// winogradUp prints the two transforms of Winograd's F(4x4,2x2) as up-convolutions use it: what has two taps along an axis
// goes by frequencies, what has one goes as it is.
func winogradUp(p *printer) {
	// Five numbers to five frequencies and the last four numbers, with 2 in Y12.
	transform(p, "winogradUpInAVX2", []string{"two"}, 5, []int{0, 6, 7, 5, 8, 1, 2, 3, 4}, false, func() {
		p.op("VSUBPS Y1, Y3, Y5")
		p.op("VSUBPS Y2, Y3, Y6")
		p.op("VSUBPS Y2, Y1, Y7")
		p.op("VSUBPS Y2, Y4, Y8")
		p.op("VSUBPS Y2, Y0, Y0")
		p.op("VFMADD213PS Y6, Y12, Y7")
		p.op("VFNMADD231PS Y12, Y1, Y6")
		p.op("VFMADD213PS Y5, Y12, Y0")
		p.op("VFNMADD231PS Y12, Y5, Y8")
	})
	// Five frequencies and four numbers to eight, even ones from the frequencies, with 2, 4 and 8 in Y12-Y14.
	transform(p, "winogradUpOutAVX2", []string{"two", "four", "eight"}, 9, []int{0, 5, 10, 6, 9, 7, 4, 8}, false, func() {
		p.op("VADDPS Y2, Y1, Y9")
		p.op("VSUBPS Y2, Y1, Y10")
		p.op("VADDPS Y9, Y0, Y0")
		p.op("VADDPS Y3, Y0, Y0")
		p.op("VADDPS Y10, Y4, Y4")
		p.op("VFMADD231PS Y14, Y3, Y4")
		p.op("VFMADD231PS Y12, Y3, Y10")
		p.op("VFMADD231PS Y13, Y3, Y9")
	})
}
