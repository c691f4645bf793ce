package compute

import "testing"

func TestSizeClassesHoldWhatIsAskedAndAQuarterMoreAtMost(t *testing.T) {
	sizes := map[int]int{}
	for n := range 5000 {
		class, size := sizeClass(n)
		if size < n || n >= 64 && size > n+n/4 {
			t.Fatalf("%d elements: class %d of %d", n, class, size)
		}
		if known, seen := sizes[class]; seen && known != size {
			t.Fatalf("class %d holds %d and %d", class, known, size)
		}
		sizes[class] = size
	}
}
