// Package kernel holds the innermost loops of package compute, each in portable Go and, on amd64, in assembly
// for AVX2 with FMA, for AVX-512 and, where results are only looked at, for AMX. The assembly is printed by the program
// in gen: go generate.
//
// Matrix-like work (convolution, its gradients, matrix product) is one kernel, Tile: eight rows of broadcast
// weights times a few vectors that are found through a table of offsets. Element-wise work takes whole slices.
// AMX has a matrix kernel of its own, Blocks, for factors split in two bfloat16; on other processors folder emulate runs it.
// Every kernel call is short (well below a millisecond), as assembly cannot be interrupted by the garbage
// collector, and touches no memory but what its documentation says.
//
//	t := kernel.Tile{A: &panel[0], Off: &off[0], K: len(off), LDC: plane, Rows: 8, Vecs: 1}
//	t.B[0], t.C[0], t.Lanes[0] = &x[0], &y[0], kernel.Lanes()
//	t.Run() // y[r*plane+j] = sum over k of panel[8k+r] * x[off[k]+j]
package kernel

//go:generate go run ./gen
