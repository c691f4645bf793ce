package blend

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// Ring says what holds on the outermost pixels of the picture that are not inside.
type Ring bool

const (
	Fixed  Ring = false // they keep b, like all others outside
	Defect Ring = true  // their Laplacian is b itself, as in the released code, where these rows of the matrix stay what they were: corners darken
)

// Poisson keeps the gradients of a inside and the values of b outside: of every channel the f with Λf = Λa inside and f = b outside. Λ is the
// 5-point Laplacian, 4 on the diagonal and -1 for each neighbour; beyond the picture all is zero, for a and for f.
//
// Only pixels inside (and the ring, where it is Defect) are unknown. Their matrix is symmetric and positive definite, so conjugate
// gradients, begun at b, converge on it, in a number of steps that grows with the width of the mask; they need no memory beyond a
// few planes, where a factorisation of a wide mask of a large picture would take gigabytes. They end when no equation is violated by more than 1e-9 of a grey level.
func Poisson(a, b []float32, inside []bool, ring Ring) ([]float32, error) {
	area := len(inside)
	n := 0
	for n*n < area {
		n++
	}
	s := newSystem(inside, n, ring)
	out := append([]float32(nil), b...)
	for at := 0; at < len(a); at += area {
		f, err := s.solve(a[at:][:area], b[at:][:area])
		if err != nil {
			return nil, err
		}
		for k, i := range s.unknown {
			out[at+i] = float32(f[k])
		}
	}
	return out, nil
}

// system is the matrix of the unknown pixels.
type system struct {
	n       int
	inside  []bool
	unknown []int    // pixels
	next    [][4]int // the unknowns beside each, -1 where there is none
}

func newSystem(inside []bool, n int, ring Ring) *system {
	s := &system{n: n, inside: inside}
	index := make([]int, n*n)
	for i := range index {
		row, col := i/n, i%n
		index[i] = -1
		if inside[i] || ring == Defect && (row == 0 || col == 0 || row == n-1 || col == n-1) {
			index[i] = len(s.unknown)
			s.unknown = append(s.unknown, i)
		}
	}
	for _, i := range s.unknown {
		next := [4]int{-1, -1, -1, -1}
		s.neighbours(i, func(k, j int) { next[k] = index[j] })
		s.next = append(s.next, next)
	}
	return s
}

// neighbours calls f for those of the four that lie in the picture.
func (s *system) neighbours(i int, f func(k, j int)) {
	row, col := i/s.n, i%s.n
	if row > 0 {
		f(0, i-s.n)
	}
	if row < s.n-1 {
		f(1, i+s.n)
	}
	if col > 0 {
		f(2, i-1)
	}
	if col < s.n-1 {
		f(3, i+1)
	}
}

// times writes the matrix times x.
func (s *system) times(out, x []float64) {
	for k, next := range s.next {
		v := 4 * x[k]
		for _, j := range next {
			if j >= 0 {
				v -= x[j]
			}
		}
		out[k] = v
	}
}

// Ends of a solution: the largest violation, in grey levels, and the steps by then. A mask of n pixels needs about 4n.
const (
	violation = 1e-9
	perSide   = 40
)

// solve finds the unknown pixels of one channel.
func (s *system) solve(a, b []float32) ([]float64, error) {
	size := len(s.unknown)
	f, residual := make([]float64, size), make([]float64, size)
	for k, i := range s.unknown {
		f[k] = float64(b[i])
		if s.inside[i] {
			residual[k] = 4 * float64(a[i])
			s.neighbours(i, func(_, j int) { residual[k] -= float64(a[j]) })
		} else {
			residual[k] = float64(b[i])
		}
		s.neighbours(i, func(side, j int) {
			if s.next[k][side] < 0 { // known: to the right side
				residual[k] += float64(b[j])
			}
		})
	}
	product := make([]float64, size)
	s.times(product, f)
	floats.Sub(residual, product)
	direction := append([]float64(nil), residual...)
	squares := floats.Dot(residual, residual)
	for range perSide * s.n {
		if floats.Norm(residual, math.Inf(1)) <= violation {
			return f, nil
		}
		s.times(product, direction)
		step := squares / floats.Dot(direction, product)
		floats.AddScaled(f, step, direction)
		floats.AddScaled(residual, -step, product)
		before := squares
		squares = floats.Dot(residual, residual)
		floats.Scale(squares/before, direction)
		floats.Add(direction, residual)
	}
	return nil, fmt.Errorf("poisson: %d unknown pixels: a violation of %g is left after %d steps", size, floats.Norm(residual, math.Inf(1)), perSide*s.n)
}
