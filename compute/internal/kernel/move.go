package kernel

// Block8 describes the transposition of Count blocks of 8 rows x 8 columns:
//
//	Dst[i*DstStep + c*LDD + r] = Src[i*SrcStep + r*LDS + c],   i < Count, r < 8, c < 8
//
// Blocks are written in order, so later ones may overwrite earlier ones.
type Block8 struct {
	LDD, DstStep int
	LDS, SrcStep int
	Count        int
}

// Transpose moves the blocks of src to dst.
func (b Block8) Transpose(dst, src []float32) {
	if b.Count <= 0 {
		return
	}
	// The last element of either side, checked before assembly takes over.
	_ = dst[max(b.Count-1, 0)*b.DstStep+7*b.LDD+7]
	_ = src[max(b.Count-1, 0)*b.SrcStep+7*b.LDS+7]
	const atATime = 4096 // blocks per call of assembly, some ten microseconds
	for b.Count > atATime {
		rest := b.Count - atATime
		b.Count = atATime
		b.Transpose(dst, src)
		dst, src = dst[atATime*b.DstStep:], src[atATime*b.SrcStep:]
		b.Count = rest
	}
	if tier > Portable {
		transpose8(&dst[0], b.LDD, b.DstStep, &src[0], b.LDS, b.SrcStep, b.Count)
		return
	}
	for i := range b.Count {
		d, s := dst[i*b.DstStep:], src[i*b.SrcStep:]
		for r := range 8 {
			row := s[r*b.LDS:][:8]
			for c, v := range row {
				d[c*b.LDD+r] = v
			}
		}
	}
}

// Chunk says where one vector of a panel's row comes from and goes to, in elements.
type Chunk struct{ Src, Dst int }

// FillPanel writes a panel of len(off) rows, width elements apart: row k takes, for every chunk in order, one
// vector (Lanes elements) from src[off[k]+chunk.Src] to dst[k*width+chunk.Dst]. A vector may reach past its
// row, where the next chunk or row overwrites it: dst needs Slack elements after its end.
func FillPanel(dst []float32, width int, src []float32, off []int, chunks []Chunk) {
	if len(off) == 0 || len(chunks) == 0 {
		return
	}
	switch tier {
	case AVX512, AMX:
		copyChunksAVX512(&dst[0], width, &src[0], &off[0], len(off), &chunks[0], len(chunks))
	case AVX2:
		copyChunksAVX2(&dst[0], width, &src[0], &off[0], len(off), &chunks[0], len(chunks))
	default:
		for k, o := range off {
			for _, c := range chunks {
				*(*[8]float32)(dst[k*width+c.Dst:][:8]) = *(*[8]float32)(src[o+c.Src:][:8])
			}
		}
	}
}

// Interleave writes even[i] and odd[i] to dst[2i] and dst[2i+1]; even may be one longer than odd.
func Interleave(dst, even, odd []float32) {
	i := 0
	if tier > Portable && len(odd) >= 8 {
		i = len(odd) &^ 7
		interleaveAVX2(&dst[0], &even[0], &odd[0], i)
	}
	for ; i < len(odd); i++ {
		dst[2*i], dst[2*i+1] = even[i], odd[i]
	}
	if len(even) > len(odd) {
		dst[2*len(odd)] = even[len(odd)]
	}
}

// Deinterleave writes src[2i] and src[2i+1] to even[i] and odd[i]; both have len(odd) elements or even one more.
func Deinterleave(even, odd, src []float32) {
	i := 0
	if tier > Portable && len(odd) >= 8 {
		i = len(odd) &^ 7
		deinterleaveAVX2(&even[0], &odd[0], &src[0], i)
	}
	for ; i < len(odd); i++ {
		even[i], odd[i] = src[2*i], src[2*i+1]
	}
	if len(even) > len(odd) {
		even[len(odd)] = src[2*len(odd)]
	}
}
