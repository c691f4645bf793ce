package reflections

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"rewriting/compute"
)

// GridFactor is the side of the grid on which units and labels are compared, by the side of the layer: 8x8 activations of the published
// 256-pixel generator meet a segmentation of 64x64, a quarter of the picture; those of a 64-pixel generator meet every
// pixel.
const GridFactor = 8

// Level is the quantile of a unit's activations above which it counts as active.
const Level = 0.99

// Pictures are what dissection looks at: the activations of one layer, and where a label is.
type Pictures struct {
	Activation *compute.Tensor // [N,C,s,s]
	Covered    [][]bool        // per picture, the cells of a grid of GridFactor*s a side that have the label
}

// Unit is what dissection says about one unit.
type Unit struct {
	Number          int
	IoU             float64 // of its active cells with the label's
	Threshold       float64 // above which it is active
	Mean, Deviation float64 // of its activations, before they are enlarged
}

// Dissect measures every unit. Units are independent of each other; workers of them are measured at once.
func Dissect(ctx context.Context, p Pictures, workers int) ([]Unit, error) {
	a := p.Activation
	if len(a.Shape) != 4 || a.Dim(2) != a.Dim(3) || a.Dim(0) != len(p.Covered) || a.Dim(0) == 0 {
		return nil, fmt.Errorf("reflections: activations %v of %d pictures, expected [N C s s]", a.Shape, len(p.Covered))
	}
	grid := GridFactor * a.Dim(2)
	labelled := 0
	for i, c := range p.Covered {
		if len(c) != grid*grid {
			return nil, fmt.Errorf("reflections: labels of picture %d have %d cells, expected %d x %d", i, len(c), grid, grid)
		}
		for _, in := range c {
			if in {
				labelled++
			}
		}
	}
	if labelled == 0 {
		return nil, fmt.Errorf("reflections: no cell of %d pictures has the label", len(p.Covered))
	}
	units := make([]Unit, a.Dim(1))
	next := make(chan int)
	var group sync.WaitGroup
	for range max(workers, 1) {
		group.Go(func() {
			for u := range next {
				units[u] = p.measure(u, labelled)
			}
		})
	}
	for u := range units {
		if ctx.Err() != nil {
			break
		}
		next <- u
	}
	close(next)
	group.Wait()
	return units, ctx.Err()
}

// measure scores one unit in three passes over its enlarged activations: two for the threshold, one to count.
func (p Pictures) measure(u, labelled int) Unit {
	n, c, side := p.Activation.Dim(0), p.Activation.Dim(1), p.Activation.Dim(2)
	of := func(i int) []float32 { return p.Activation.Data[(i*c+u)*side*side:][:side*side] }
	grid := GridFactor * side
	e, large := newEnlarger(side, grid), make([]float32, grid*grid)
	unit := Unit{Number: u}
	unit.Threshold = quantile(Level, func(yield func([]float32)) {
		for i := range n {
			e.into(large, of(i))
			yield(large)
		}
	})
	active, both := 0, 0
	var sum, square float64
	for i, covered := range p.Covered {
		e.into(large, of(i))
		for t, v := range large {
			if float64(v) > unit.Threshold {
				active++
				if covered[t] {
					both++
				}
			}
		}
		for _, v := range of(i) {
			sum += float64(v)
			square += float64(v) * float64(v)
		}
	}
	if total := active + labelled - both; total > 0 {
		unit.IoU = float64(both) / float64(total)
	}
	cells := float64(n * side * side)
	unit.Mean = sum / cells
	unit.Deviation = math.Sqrt(max(square/cells-unit.Mean*unit.Mean, 0))
	return unit
}

// Best are the numbers of the n units of the largest IoU, best first; of equal ones the lower number.
func Best(units []Unit, n int) []int {
	order := slices.Clone(units)
	slices.SortStableFunc(order, func(a, b Unit) int {
		switch {
		case a.IoU > b.IoU:
			return -1
		case a.IoU < b.IoU:
			return 1
		}
		return a.Number - b.Number
	})
	var best []int
	for _, u := range order[:min(n, len(order))] {
		best = append(best, u.Number)
	}
	return best
}
