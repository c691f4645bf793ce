package blend

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The rows of spec: baselines 10, on both axes of a plane.
func TestPyramidStepsAreThoseOfTheReleasedCode(t *testing.T) {
	row := []float32{0, 0, 255, 255, 0, 128, 64, 32}
	for _, c := range []struct {
		bytes bool
		want  []float32
	}{{false, []float32{31.875, 159.375, 115.6875, 68}}, {true, []float32{32, 159, 116, 68}}} {
		across, along := make([]float32, 64), make([]float32, 64)
		for i := range across {
			across[i], along[i] = row[i%8], row[i/8]
		}
		a, b := down(across, 8, 8, c.bytes), down(along, 8, 8, c.bytes)
		for i := range 4 {
			if a[4*2+i] != c.want[i] || b[4*i+2] != c.want[i] {
				t.Errorf("bytes %v: %v along rows, %v along columns, want %v", c.bytes, a[8:12], b, c.want)
			}
		}
	}
	small := []float32{1, 2, 4, 8}
	want := []float32{1.25, 1.5, 2.125, 3, 4.25, 6, 7.5, 8}
	across, along := up(slices.Repeat(small, 4), 4, 4, 8, 8), up([]float32{1, 1, 2, 2, 4, 4, 8, 8}, 4, 2, 8, 4)
	for i, v := range want {
		if across[8*3+i] != v || along[4*i+1] != v {
			t.Errorf("up: %v and %v, want %v", across[24:32], along, want)
		}
	}
}

func TestOddSizesShrinkAndGrowBack(t *testing.T) {
	x := slices.Repeat([]float32{7}, 45) // a constant stays, whatever the border
	small := down(x, 5, 9, false)
	if len(small) != 15 || slices.Min(small) != 7 || slices.Max(small) != 7 {
		t.Errorf("down: %v", small)
	}
	if big := up(small, 3, 5, 5, 9); len(big) != 45 || slices.Min(big) != 7 || slices.Max(big) != 7 {
		t.Errorf("up: %v", big)
	}
}

// The blend of spec: baselines 10: four levels of 64 pixels.
func TestLaplaceBlendIsThatOfTheReleasedCode(t *testing.T) {
	const n = 64
	a, b, mask := make([]float32, 3*n*n), make([]float32, 3*n*n), make([]float32, n*n)
	for i := range n * n {
		row, col := i/n, i%n
		a[i], a[n*n+i], a[2*n*n+i] = float32(4*col%256), float32(4*row%256), 200
		b[i], b[n*n+i], b[2*n*n+i] = float32(255-4*col%256), 30, float32(2*row%256)
		if row >= 20 && row < 40 && col >= 24 && col < 44 {
			mask[i] = 1
		}
	}
	if Levels(n) != 4 || Levels(256) != 6 || Levels(1024) != 8 || Levels(4) != 1 {
		t.Errorf("levels of 64, 256, 1024, 4: %d, %d, %d, %d", Levels(n), Levels(256), Levels(1024), Levels(4))
	}
	got := Laplace(a, b, mask, 4, true)
	for at, want := range map[[2]int][3]float64{
		{0, 0}: {255, 30, 0}, {19, 24}: {147.89, 44.28, 76.617}, {20, 24}: {146.409, 46.937, 83.388}, {30, 34}: {131.302, 98.534, 167.283},
		{39, 43}: {102.217, 62.691, 113.481}, {40, 44}: {95.199, 56.374, 107.568}, {63, 63}: {3, 30, 126},
	} {
		for c, w := range want {
			if v := float64(got[c*n*n+at[0]*n+at[1]]); math.Abs(v-w) > 6e-4 { // the digits that are given
				t.Errorf("channel %d at %v: %v, want %v", c, at, v, w)
			}
		}
	}
}

func TestLaplaceOfMasksOfOneValueIsThePicture(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	a, b := make([]float32, 32*32), make([]float32, 32*32)
	for i := range a {
		a[i], b[i] = float32(r.IntN(256)), float32(r.IntN(256))
	}
	zero, one := make([]float32, 32*32), slices.Repeat([]float32{1}, 32*32)
	for i, v := range Laplace(a, b, one, 3, true) {
		if math.Abs(float64(v-a[i])) > 1e-3 {
			t.Fatalf("mask 1, pixel %d: %v, want %v", i, v, a[i])
		}
	}
	for i, v := range Laplace(a, b, zero, 3, false) {
		if math.Abs(float64(v-b[i])) > 1e-3 {
			t.Fatalf("mask 0, pixel %d: %v, want %v", i, v, b[i])
		}
	}
}

func TestCopyMixesByTheMask(t *testing.T) {
	got := Copy([]float32{10, 20, 30, 40}, []float32{0, 0, 50, 80}, []float32{1, 0.25})
	if want := []float32{10, 5, 30, 70}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// at is the 5-point Laplacian with nothing beyond the picture.
func laplacian(f []float32, n, i int) float64 {
	row, col := i/n, i%n
	v := 4 * float64(f[i])
	for _, d := range [][2]int{{-1, 0}, {1, 0}, {0, -1}, {0, 1}} {
		if y, x := row+d[0], col+d[1]; y >= 0 && y < n && x >= 0 && x < n {
			v -= float64(f[y*n+x])
		}
	}
	return v
}

// Every equation of the definition holds, to what rounding the result to float32 leaves: five numbers of up to a thousand.
func TestPoissonSatisfiesItsEquations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(3, 24).Draw(t, "n")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		a, b, inside := make([]float32, 2*n*n), make([]float32, 2*n*n), make([]bool, n*n)
		for i := range a {
			a[i], b[i] = float32(r.IntN(256)), float32(r.IntN(256))
			inside[i%(n*n)] = r.IntN(3) > 0
		}
		ring := Ring(rapid.Bool().Draw(t, "defect"))
		f, err := Poisson(a, b, inside, ring)
		if err != nil {
			t.Fatal(err)
		}
		for c := range 2 {
			f, a, b := f[c*n*n:][:n*n], a[c*n*n:][:n*n], b[c*n*n:][:n*n]
			for i := range f {
				edge := i/n == 0 || i/n == n-1 || i%n == 0 || i%n == n-1
				switch {
				case inside[i]:
					if d := laplacian(f, n, i) - laplacian(a, n, i); math.Abs(d) > 1e-3 {
						t.Fatalf("inside, pixel %d: off by %g", i, d)
					}
				case edge && ring == Defect:
					if d := laplacian(f, n, i) - float64(b[i]); math.Abs(d) > 1e-3 {
						t.Fatalf("ring, pixel %d: off by %g", i, d)
					}
				case f[i] != b[i]:
					t.Fatalf("outside, pixel %d: %v, want %v", i, f[i], b[i])
				}
			}
		}
	})
}

// A picture that differs by a constant has the same gradients: nothing of it is seen.
func TestPoissonForgetsAConstant(t *testing.T) {
	const n = 20
	a, b, inside := make([]float32, n*n), make([]float32, n*n), make([]bool, n*n)
	for i := range b {
		b[i] = float32(i * i % 200)
		a[i] = b[i] + 50
		inside[i] = i/n > 3 && i/n < 15 && i%n > 4 && i%n < 17
	}
	f, err := Poisson(a, b, inside, Fixed)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range f {
		if math.Abs(float64(v-b[i])) > 1e-4 {
			t.Fatalf("pixel %d: %v, want %v", i, v, b[i])
		}
	}
}
