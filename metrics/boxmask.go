package metrics

import (
	"context"
	"fmt"
)

func checkBox(box []float64) error {
	if len(box) != 4 || !(0 <= box[0] && box[0] < box[2] && box[2] <= 1) || !(0 <= box[1] && box[1] < box[3] && box[3] <= 1) {
		return fmt.Errorf("box = %v: it must be left, top, right, bottom as shares of the picture, such as [0.3, 0.6, 0.7, 0.8]", box)
	}
	return nil
}

// boxMasker has the object at one place in all pictures, as in photographs that were aligned. A pixel whose centre lies in the
// box is in it.
func boxMasker(box []float64) *masker {
	within := func(i, n int, from, to float64) bool {
		centre := (float64(i) + 0.5) / float64(n)
		return from <= centre && centre < to
	}
	return &masker{
		key:      fmt.Sprintf("box %v", box),
		protocol: fmt.Sprintf("object: columns %g to %g and rows %g to %g of the picture, as shares", box[0], box[2], box[1], box[3]),
		find: func(_ context.Context, s *Sample) (*Mask, error) {
			h, w := s.Clean.Dim(2), s.Clean.Dim(3)
			m := &Mask{H: h, W: w, In: make([]bool, h*w)}
			for y := range h {
				for x := range w {
					m.In[y*w+x] = within(x, w, box[0], box[2]) && within(y, h, box[1], box[3])
				}
			}
			return m, nil
		},
	}
}
