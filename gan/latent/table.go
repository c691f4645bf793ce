package latent

import "rewriting/compute"

// Table draws rows latents of length dim from one stream, row after row: [rows,dim]. The released
// code uses Table(1, 1000, 512) for sessions, statistics, ranking and watermark images. A table
// with more rows begins with the rows of a shorter one.
func Table(seed uint32, rows, dim int) *compute.Tensor {
	return compute.From(NewRandomState(seed).Normals(rows*dim), rows, dim)
}

// Seed draws the latent of one benchmark image, [1,dim]: image n of the published ten thousand is Seed(n, 512).
func Seed(seed uint32, dim int) *compute.Tensor { return Table(seed, 1, dim) }
