// Package axes reads a scene out of a latent vector: it gives the latent space
// of a world fixed orthonormal axes, so that every attribute of a scene is one
// coordinate and the truth about each latent is known.
//
// With z of 64 entries, pixel-normalised as StyleGAN2 does before its mapping
// network,
//
//	n   = z / sqrt(mean(z^2) + 1e-8)          |n| = 8
//	u_i = row i+1 of the Hadamard matrix H_64 / 8,   H[r][c] = (-1)^popcount(r & c)
//	t_i = u_i . n
//
// The u_i are orthonormal, so for standard normal z the t_i are uncorrelated
// and almost standard normal (exactly, t_i^2/64 is Beta(1/2, 63/2)), and
// Phi(t_i) is uniform on [0,1] but for 0.003. Row 0, the mean, is left out.
//
// Five lines:
//
//	t := axes.Coordinates(z, 28)              // the 28 attributes of the scene
//	radius := 14.5 + 1.5*(2*axes.Uniform(t[6])-1)
//	hat := t[24] > 0.8416                     // true for 20 % of all z
//	moved, err := axes.Move(z, 28, 24, 1.2)   // the same scene with a hat
//	...
package axes
