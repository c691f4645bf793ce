package sessions_test

import (
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rewriting/sessions"
)

func official(t *testing.T) string {
	root := os.Getenv("REWRITING_REFERENCE")
	if root == "" {
		t.Skip("REWRITING_REFERENCE is not set; testdata/strokes.json covers the same code")
	}
	return filepath.Join(root, "official-sessions")
}

func box(t, l, b, r int) sessions.Box { return sessions.Box{Top: t, Left: l, Bottom: b, Right: r} }

// Expected numbers: spec method 13.4, made with the released code; the sums there have four decimals.
func TestOfficialSessionsHaveTheMaskArithmeticOfTheReleasedCode(t *testing.T) {
	root := official(t)
	for _, c := range []struct {
		name          string
		key, value    int
		object        sessions.Box
		sum           float64
		paste         sessions.Box
		cy, cx        int
		land, keyCrop sessions.Box
		positive      []int
		weight        float64
	}{
		{"church/dome2spire", 32, 32, box(1, 13, 15, 21), 49.9725, box(3, 9, 14, 19), 8, 14, box(1, 10, 15, 18), box(1, 10, 15, 18), []int{85}, 53.6235},
		{"church/dome2tree", 32, 32, box(20, 16, 30, 25), 40.9059, box(4, 10, 14, 19), 9, 14, box(4, 10, 14, 19), box(4, 10, 14, 19), []int{85}, 48},
		{"church/multikey_dome2tree", 32, 32, box(20, 16, 30, 25), 40.9059, box(4, 10, 14, 19), 9, 14, box(4, 10, 14, 19), box(4, 10, 14, 19), []int{85, 26, 50, 83, 42, 123, 56, 102, 61, 60, 69, 69, 52}, 452.9412},
		{"church/multikey_dome_to_spire", 32, 32, box(2, 23, 13, 29), 33.0588, box(8, 15, 13, 19), 10, 17, box(5, 14, 16, 20), box(5, 14, 16, 20), []int{101, 124, 31, 74, 112}, 205.4510},
		{"celebhq/smile", 64, 64, box(44, 23, 53, 41), 92.0784, box(45, 23, 52, 41), 48, 32, box(44, 23, 53, 41), box(44, 23, 53, 41), []int{107}, 64.4275},
		{"faces/effective-smile", 64, 64, box(41, 22, 51, 42), 109.7059, box(44, 29, 51, 36), 47, 32, box(42, 22, 52, 42), box(42, 22, 52, 42), []int{224, 183, 178, 160}, 540.9843},
		{"faces/effective-smile-5", 64, 64, box(42, 20, 53, 42), 152.7686, box(46, 28, 52, 35), 49, 31, box(44, 20, 55, 42), box(44, 20, 55, 42), []int{137, 127, 130, 157}, 377.5451},
		{"church/multikey_markandbottom", 16, 16, box(5, 0, 10, 15), 27.2549, box(5, 0, 10, 15), 7, 7, box(5, 0, 10, 15), box(5, 0, 10, 15), []int{80, 94, 80, 95, 94, 60, 87, 67, 33, 78}, 397.8392},
		{"church/add_people_market", 32, 32, box(23, 0, 32, 32), 198.4902, box(27, 0, 32, 32), 29, 16, box(23, 0, 32, 32), box(23, 0, 32, 32), []int{159, 171, 143}, 269.2588},
		{"church/multikey_newtower2tree", 32, 32, box(5, 0, 14, 8), 47.5451, box(3, 25, 13, 31), 8, 28, box(4, 24, 13, 32), box(4, 24, 13, 32), []int{41, 46, 52, 62, 63, 103, 68, 52, 63, 77, 60}, 356.0941},
		{"horse/short_video_hat_horse_2", 32, 32, box(1, 9, 7, 16), 18.6, box(1, 3, 7, 8), 4, 5, box(1, 2, 7, 9), box(1, 2, 7, 9), []int{16, 18, 17, 18}, 21.4627},
		{"horse/horse_lower_pants", 16, 32, box(19, 21, 32, 26), 31.2275, box(20, 17, 25, 21), 22, 19, box(16, 17, 29, 22), box(8, 8, 15, 11), []int{36, 59, 58, 45}, 66.1922},
		{"horse/horse_tail", 32, 32, box(9, 3, 21, 9), 27.7608, box(10, 3, 24, 11), 17, 7, box(11, 4, 23, 10), box(11, 4, 23, 10), []int{52, 46, 65, 66}, 111.1451},
		{"celebhq/removing_eyeglasses_4", 64, 64, box(21, 8, 40, 53), 464.1294, box(27, 27, 34, 34), 30, 30, box(21, 8, 40, 53), box(21, 8, 40, 53), []int{385, 356, 367, 347}, 892.5843},
		{"celebhq/removing_earrings_2", 64, 64, box(35, 9, 48, 16), 50.5882, box(42, 11, 49, 18), 45, 14, box(39, 11, 52, 18), box(39, 11, 52, 18), []int{60, 58, 59, 73}, 132.2784},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := load(t, filepath.Join(root, "stylegan", c.name+".json"))
			object, paste := s.Object.Mask.Area(c.value, c.value), s.Paste.Mask.Area(c.value, c.value)
			b := object.Box()
			if b != c.object || math.Abs(object.Sum()-c.sum) > 5e-5 || paste.Box() != c.paste {
				t.Errorf("object %v sum %.4f, paste %v", b, object.Sum(), paste.Box())
			}
			p := sessions.Place(paste, b.Height(), b.Width(), c.value/c.key)
			if p.CentreYX != [2]int{c.cy, c.cx} || p.Box != c.land || p.KeyCrop != c.keyCrop {
				t.Errorf("placement %+v", p)
			}
			var positive []int
			weight := 0.0
			for _, k := range s.Context() {
				a := k.Mask.Area(c.key, c.key)
				positive = append(positive, a.Positive())
				weight += a.Sum()
			}
			if d := cmp.Diff(c.positive, positive); d != "" || math.Abs(weight-c.weight) > 5e-5 {
				t.Errorf("positive key cells %v, weights %.4f", positive, weight)
			}
		})
	}
}

func TestEveryOfficialSessionReadsAndIsPaintedInWhiteOnNothing(t *testing.T) {
	root, n, masks := official(t), 0, 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".json") || strings.Contains(path, "reflections") {
			return err
		}
		s, err := sessions.Load(path)
		if err != nil {
			t.Error(err)
			return nil
		}
		n++
		all := append([]sessions.Region(nil), s.Key...)
		for _, r := range []*sessions.Region{s.Object, s.Paste, s.Query} {
			if r != nil {
				all = append(all, *r)
			}
		}
		for _, r := range all {
			if r.Mask != nil {
				masks++
			}
		}
		return nil
	})
	if err != nil || n != 77 {
		t.Errorf("%d sessions with %d masks read, %v", n, masks, err)
	}
}
