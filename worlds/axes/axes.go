package axes

import (
	"fmt"
	"math"
	"math/bits"
)

// Dim is the number of entries of z.
const Dim = 64

// direction is entry j of direction i: row i+1 of the 64x64 Sylvester
// Hadamard matrix divided by 8.
func direction(i, j int) float64 {
	if bits.OnesCount(uint((i+1)&j))%2 == 1 {
		return -0.125
	}
	return 0.125
}

// Normalize is StyleGAN2's pixel norm, z / sqrt(mean(z^2) + 1e-8). It panics
// if z has not Dim entries.
func Normalize(z []float32) []float64 {
	if len(z) != Dim {
		panic(fmt.Sprintf("axes: z has %d entries, want %d", len(z), Dim))
	}
	sum := 0.0
	for _, v := range z {
		sum += float64(v) * float64(v)
	}
	scale := 1 / math.Sqrt(sum/Dim+1e-8)
	out := make([]float64, Dim)
	for j, v := range z {
		out[j] = float64(v) * scale
	}
	return out
}

// Coordinates returns t_i = u_i . normalize(z) of the first n directions.
func Coordinates(z []float32, n int) []float64 {
	unit := Normalize(z)
	t := make([]float64, n)
	for i := range t {
		for j, v := range unit {
			t[i] += direction(i, j) * v
		}
	}
	return t
}

// Uniform is the normal distribution function Phi(t).
func Uniform(t float64) float64 { return 0.5 * math.Erfc(-t/math.Sqrt2) }

// Move returns the latent whose coordinate i is t while the other n-1 used
// coordinates stay; the remaining directions are rescaled so that the norm
// stays that of a normalised latent. It fails if no such latent exists.
func Move(z []float32, n, i int, t float64) ([]float32, error) {
	unit := Normalize(z)
	old := Coordinates(z, n)
	used := 0.0
	for _, v := range old {
		used += v * v
	}
	total := 0.0
	for _, v := range unit {
		total += v * v
	}
	rest, want := total-used, total-used+old[i]*old[i]-t*t
	if want <= 0 || rest <= 0 {
		return nil, fmt.Errorf("axes: coordinate %d cannot be moved to %.3f within norm %.3f", i, t, math.Sqrt(total))
	}
	scale := math.Sqrt(want / rest)
	out := make([]float32, Dim)
	for j, v := range unit {
		inside := 0.0
		for k, c := range old {
			inside += direction(k, j) * c
		}
		moved := inside + direction(i, j)*(t-old[i])
		out[j] = float32(moved + scale*(v-inside))
	}
	return out, nil
}
