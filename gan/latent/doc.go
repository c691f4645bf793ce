// Package latent reproduces NumPy's legacy random stream, from which the published experiments draw
// their latents and noise (spec: generators, sections 4 and 6).
//
// The stream is MT19937 seeded by init_genrand, 53-bit doubles made of two outputs each, and Marsaglia's
// polar method for normals. Values agree with numpy.random.RandomState bit for bit once rounded
// to float32; in float64 the last bit may differ where Go's logarithm and the C library's do.
//
//	z := latent.Table(1, 1000, 512) // the latents of editing sessions: "image 5" is row 5
//	z5 := z.Item(5)
//	b := latent.Seed(5, 512)        // the latent of benchmark image 5: another picture
//	n := latent.Noise(1, 32, 32)    // what every noise layer adds to a 32x32 map
package latent
