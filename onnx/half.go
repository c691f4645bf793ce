package onnx

import "math"

// halfToFloat widens an IEEE 754 binary16 number; every half is exact in float32.
func halfToFloat(h uint16) float32 {
	sign := uint32(h>>15) << 31
	exponent, fraction := uint32(h>>10)&31, uint32(h)&1023
	switch exponent {
	case 0: // zero and subnormals: fraction * 2^-24
		f := float32(fraction) * (1.0 / (1 << 24))
		return math.Float32frombits(math.Float32bits(f) | sign)
	case 31: // infinity and NaN
		return math.Float32frombits(sign | 255<<23 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
}

// floatToHalf rounds to the nearest half, ties to even; too large numbers become infinite.
func floatToHalf(f float32) uint16 {
	bits := math.Float32bits(f)
	sign := uint16(bits>>16) & 0x8000
	bits &= 1<<31 - 1
	switch {
	case bits > 255<<23:
		return sign | 0x7e00 // NaN
	case bits >= 143<<23: // 65536 and more
		return sign | 0x7c00
	case bits < 113<<23: // below the smallest normal half
		return sign | uint16(math.RoundToEven(float64(math.Float32frombits(bits))*(1<<24)))
	}
	// Round the 13 low fraction bits away; a carry runs into the exponent, as it should, even to infinity.
	bits += 0xfff + bits>>13&1
	return sign | uint16((bits-112<<23)>>13)
}

func roundToHalf(f float32) float32 { return halfToFloat(floatToHalf(f)) }
