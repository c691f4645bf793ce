package onnx

import "slices"

// schedule puts the steps of a plan into an order that holds little memory: of those that can run, the first that ends at
// least as many values as it makes, else the first of all. A map is so read by all its readers soon after it is made, as in
// the two halves of a perceptual distance, whose large maps meet before any smaller ones are made.
func (p *plan) schedule() {
	keep := map[int]bool{}
	for _, s := range p.outputs {
		keep[s] = true
	}
	maker, left := map[int]int{}, map[int]int{} // by slot: the step that makes it, and how many steps have yet to read it
	for i, s := range p.steps {
		for _, slot := range s.out {
			maker[slot] = i
		}
		for _, slot := range s.distinct() {
			left[slot]++
		}
	}
	waiting, readers := make([]int, len(p.steps)), make([][]int, len(p.steps))
	for i, s := range p.steps {
		for _, slot := range s.distinct() {
			if from, made := maker[slot]; made {
				waiting[i]++
				readers[from] = append(readers[from], i)
			}
		}
	}
	var ready []int // in ascending order
	for i, n := range waiting {
		if n == 0 {
			ready = append(ready, i)
		}
	}
	ends := func(i int) bool {
		s, n := p.steps[i], 0
		for _, slot := range s.out {
			if slot >= 0 && (left[slot] > 0 || keep[slot]) {
				n++
			}
		}
		for _, slot := range s.distinct() {
			if _, made := maker[slot]; made && left[slot] == 1 && !keep[slot] {
				n--
			}
		}
		return n <= 0
	}
	steps := make([]step, 0, len(p.steps))
	for len(ready) > 0 {
		at := max(0, slices.IndexFunc(ready, ends))
		i := ready[at]
		ready = slices.Delete(ready, at, at+1)
		steps = append(steps, p.steps[i])
		for _, slot := range p.steps[i].distinct() {
			left[slot]--
		}
		for _, r := range readers[i] {
			if waiting[r]--; waiting[r] == 0 {
				place, _ := slices.BinarySearch(ready, r)
				ready = slices.Insert(ready, place, r)
			}
		}
	}
	p.steps = steps
}

// distinct are the slots that a step reads, each once.
func (s *step) distinct() []int {
	slots := slices.DeleteFunc(slices.Clone(s.in), func(slot int) bool { return slot < 0 })
	slices.Sort(slots)
	return slices.Compact(slots)
}
