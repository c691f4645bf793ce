package kernel

import "unsafe"

// Rows is the number of rows of a tile and of a panel of packed weights.
const Rows = 8

// Tile is one call of the matrix kernel. For rows r < Rows and vectors v < Vecs it computes
//
//	C[v][r*LDC + j] = start + sum over k < K of A[8k+r] * B[v][Off[k]+j],   j < Lanes[v]
//
// where start is Bias[r] if Bias is set, else the old value of C if Accumulate is not 0, else 0.
// All eight rows of A and of Bias are read, whatever Rows is, and whole vectors of B, whatever Lanes is;
// C is read and written only where the result lies.
type Tile struct {
	A          *float32    // packed weights, [K][8]
	Off        *int        // K offsets into B, in elements
	K          int         // at least 1
	B          [3]*float32 // one start per vector
	C          [3]*float32
	Lanes      [3]int // 1 to Lanes()
	LDC        int    // elements between rows of C
	Rows       int    // rows to write, 1 to 8
	Vecs       int    // 1 to 3
	Bias       *float32
	Accumulate int
}

// Run performs the call.
func (t *Tile) Run() {
	switch tier {
	case AVX512, AMX:
		tileAVX512(t)
	case AVX2:
		tileAVX2(t)
	default:
		tilePortable(t)
	}
}

func tilePortable(t *Tile) {
	a := unsafe.Slice(t.A, 8*t.K)
	off := unsafe.Slice(t.Off, t.K)
	for v := range t.Vecs {
		for r := 0; r < t.Rows; r += 2 {
			pair := min(2, t.Rows-r)
			var s [2][8]float32
			for i := range pair {
				c := unsafe.Slice((*float32)(unsafe.Add(unsafe.Pointer(t.C[v]), 4*(r+i)*t.LDC)), t.Lanes[v])
				switch {
				case t.Bias != nil:
					for j := range s[i] {
						s[i][j] = *(*float32)(unsafe.Add(unsafe.Pointer(t.Bias), 4*(r+i)))
					}
				case t.Accumulate != 0:
					copy(s[i][:], c)
				}
			}
			dotRows(&s, a[r:], off, t.B[v])
			for i := range pair {
				copy(unsafe.Slice((*float32)(unsafe.Add(unsafe.Pointer(t.C[v]), 4*(r+i)*t.LDC)), t.Lanes[v]), s[i][:])
			}
		}
	}
}

// dotRows adds two rows of a tile for one vector of eight lanes. The sums are local variables so that the
// compiler keeps them in registers.
func dotRows(s *[2][8]float32, a []float32, off []int, b *float32) {
	for half := 0; half < 8; half += 4 {
		p0, p1, p2, p3 := s[0][half], s[0][half+1], s[0][half+2], s[0][half+3]
		q0, q1, q2, q3 := s[1][half], s[1][half+1], s[1][half+2], s[1][half+3]
		for k, o := range off {
			x := (*[4]float32)(unsafe.Add(unsafe.Pointer(b), 4*(o+half)))
			u, w := a[8*k], a[8*k+1]
			p0 += u * x[0]
			p1 += u * x[1]
			p2 += u * x[2]
			p3 += u * x[3]
			q0 += w * x[0]
			q1 += w * x[1]
			q2 += w * x[2]
			q3 += w * x[3]
		}
		s[0][half], s[0][half+1], s[0][half+2], s[0][half+3] = p0, p1, p2, p3
		s[1][half], s[1][half+1], s[1][half+2], s[1][half+3] = q0, q1, q2, q3
	}
}
