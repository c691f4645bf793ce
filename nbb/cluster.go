package nbb

import (
	"math"
	"math/rand/v2"
)

// The settings of scikit-learn's k-means, which the released code uses as they are.
const (
	restarts   = 10
	iterations = 300
	tolerance  = 1e-4 // of the mean variance: squared movement of all centres that ends a run
)

// cluster labels points with k clusters by k-means: the best of ten runs of Lloyd's algorithm from k-means++ starts, drawn from a fixed stream, so
// that equal points give equal labels. Where there are fewer than k different points, some labels are not used.
func cluster(points [][4]float64, k int, seed uint64) []int {
	random := rand.New(rand.NewPCG(seed, 0))
	still := tolerance * variance(points)
	var best []int
	least := math.Inf(1)
	for range restarts {
		centres := plusPlus(points, k, random)
		for range iterations {
			labels, _ := assign(points, centres)
			if move(points, labels, centres) <= still {
				break
			}
		}
		labels, cost := assign(points, centres)
		if cost < least {
			least, best = cost, labels
		}
	}
	return best
}

// plusPlus draws centres: each next one is a point drawn with a chance in proportion to its squared distance from the centres so far.
func plusPlus(points [][4]float64, k int, random *rand.Rand) [][4]float64 {
	centres := [][4]float64{points[random.IntN(len(points))]}
	nearest := make([]float64, len(points))
	for i := range nearest {
		nearest[i] = math.Inf(1)
	}
	for len(centres) < k {
		sum := 0.0
		for i, p := range points {
			nearest[i] = min(nearest[i], distance(p, centres[len(centres)-1]))
			sum += nearest[i]
		}
		if sum == 0 {
			break // every point is a centre
		}
		at, drawn := 0, random.Float64()*sum
		for i, d := range nearest {
			if d == 0 {
				continue
			}
			at = i
			if drawn -= d; drawn < 0 {
				break
			}
		}
		centres = append(centres, points[at])
	}
	return centres
}

// assign labels every point with its nearest centre, the first of equals, and adds up the squared distances.
func assign(points, centres [][4]float64) (labels []int, cost float64) {
	labels = make([]int, len(points))
	for i, p := range points {
		least := math.Inf(1)
		for c, centre := range centres {
			if d := distance(p, centre); d < least {
				least, labels[i] = d, c
			}
		}
		cost += least
	}
	return labels, cost
}

// move puts every centre at the mean of its points and returns the sum of squared movements. A centre without points stays.
func move(points [][4]float64, labels []int, centres [][4]float64) float64 {
	sums, counts := make([][4]float64, len(centres)), make([]float64, len(centres))
	for i, p := range points {
		for d, v := range p {
			sums[labels[i]][d] += v
		}
		counts[labels[i]]++
	}
	moved := 0.0
	for c, n := range counts {
		if n == 0 {
			continue
		}
		for d := range sums[c] {
			sums[c][d] /= n
		}
		moved += distance(sums[c], centres[c])
		centres[c] = sums[c]
	}
	return moved
}

func distance(a, b [4]float64) float64 {
	var sum float64
	for d := range a {
		sum += (a[d] - b[d]) * (a[d] - b[d])
	}
	return sum
}

// variance is the mean over the coordinates of the variance of the points.
func variance(points [][4]float64) float64 {
	var total float64
	n := float64(len(points))
	for d := range 4 {
		var sum, squares float64
		for _, p := range points {
			sum += p[d]
		}
		for _, p := range points {
			squares += (p[d] - sum/n) * (p[d] - sum/n)
		}
		total += squares / n
	}
	return total / 4
}
