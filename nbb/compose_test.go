package nbb

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/nbb/warp"
	"rewriting/sessions"
)

// painted is a mask of r x r with a square.
func painted(r, top, left, side int) *sessions.Mask {
	p := make([]bool, r*r)
	for i := range p {
		p[i] = i/r >= top && i/r < top+side && i%r >= left && i%r < left+side
	}
	return sessions.NewMask(p, r, r)
}

func flat(r int, value uint8) *compute.Tensor {
	return gan.Dequantise(slices.Repeat([]uint8{value}, 3*r*r), 1, 3, r, r)
}

// frame is a search without a network, as a composer needs it.
func frame(size int) *Search {
	return &Search{network: &Network{size: size, shapes: [][]int{{1, 1, size, size}, {1, 1, size / 2, size / 2}}}, options: Options{Fast: true}}
}

// where lists the pixels of the first plane that differ from a value, as a box.
func where(x *compute.Tensor, value uint8) sessions.Box {
	r := x.Dim(3)
	a := sessions.Area{H: r, W: r, A: make([]float32, r*r)}
	for i, b := range gan.Quantise(x)[:r*r] {
		if b != value {
			a.A[i] = 1
		}
	}
	return a.Box()
}

// shifted are three pairs that move the target by (down, right) onto the picture.
func shifted(down, right int) []Pair {
	var out []Pair
	for _, b := range []Point{{10, 10}, {40, 20}, {20, 50}} {
		out = append(out, Pair{A: Point{b.Row + down, b.Col + right}, B: b})
	}
	return out
}

func TestAShiftOfThePairsShiftsWhatIsCopied(t *testing.T) {
	for _, official := range []bool{false, true} {
		c, err := NewComposer(flat(64, 200), painted(64, 20, 24, 8), frame(64), official)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Compose(flat(64, 50), shifted(6, -4), Copy)
		if err != nil {
			t.Fatal(err)
		}
		inner := got.Clone() // the official way darkens the outer ring
		for i, v := range pictureOf(bytesOf(flat(64, 50)), 64).Data {
			if row, col := i/64%64, i%64; row == 0 || col == 0 || row == 63 || col == 63 {
				inner.Data[i] = v
			}
		}
		if box, want := where(inner, 50), (sessions.Box{Top: 26, Left: 20, Bottom: 34, Right: 28}); box != want {
			t.Errorf("official %v: copied to %v, want %v", official, box, want)
		}
		if same := slices.Equal(inner.Data, got.Data); same == official {
			t.Errorf("official %v: outer ring untouched is %v", official, same)
		}
	}
}

// Pairs are found at half the resolution here: the clean way scales the motion, the released one does not.
func TestAMotionFoundAtAnotherSizeIsScaledUnlessOfficial(t *testing.T) {
	for official, want := range map[bool]sessions.Box{
		false: {Top: 40 + 12, Left: 48 - 8, Bottom: 56 + 12, Right: 64 - 8},
		true:  {Top: 41 + 6, Left: 49 - 4, Bottom: 55 + 6, Right: 63 - 4},
	} {
		c, err := NewComposer(flat(128, 200), painted(128, 40, 48, 16), frame(64), official)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Compose(flat(128, 50), shifted(6, -4), Copy)
		if err != nil {
			t.Fatal(err)
		}
		a := sessions.Area{H: 128, W: 128, A: make([]float32, 128*128)}
		for i, b := range gan.Quantise(got)[:128*128] {
			if b > 125 {
				a.A[i] = 1
			}
		}
		box := a.Box()
		if abs(box.Top-want.Top) > 2 || abs(box.Bottom-want.Bottom) > 2 || abs(box.Left-want.Left) > 2 || abs(box.Right-want.Right) > 2 {
			t.Errorf("official %v: copied to %v, want about %v", official, box, want)
		}
	}
}

func TestPoissonKeepsTheColourOfThePictureAndTheShapeOfTheGoal(t *testing.T) {
	goal := flat(64, 150)
	for i := range goal.Data {
		if row, col := i/64%64, i%64; row >= 24 && row < 28 && col >= 24 && col < 28 {
			goal.Data[i] = 1
		}
	}
	c, err := NewComposer(goal, painted(64, 18, 18, 16), frame(64), false)
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.Compose(flat(64, 50), shifted(0, 0), Poisson)
	if err != nil {
		t.Fatal(err)
	}
	pixels := gan.Quantise(got)
	if b := pixels[25*64+25]; b < 150 || b > 156 {
		t.Errorf("the bright square, 105 above its surroundings of 50, is %d", b)
	}
	if box, want := where(got, 50), (sessions.Box{Top: 24, Left: 24, Bottom: 28, Right: 28}); box != want {
		t.Errorf("changed %v, want %v", box, want)
	}
}

func TestWithoutAMotionThePictureItselfComesBack(t *testing.T) {
	picture := flat(64, 50)
	for official, pairs := range map[bool][]Pair{false: nil, true: shifted(0, 0)[:1]} {
		c, err := NewComposer(flat(64, 200), painted(64, 20, 20, 9), frame(64), official)
		if err != nil {
			t.Fatal(err)
		}
		for _, how := range []Blend{Copy, Laplace, Poisson} {
			if got, err := c.Compose(picture, pairs, how); err != nil || !slices.Equal(gan.Quantise(got), bytesOf(picture)) {
				t.Errorf("official %v, %d pairs: another picture, %v", official, len(pairs), err)
			}
		}
	}
}

// A clean result outside [0,255] is clamped; the released one wraps around.
func TestLaplaceWrapsAroundInTheOfficialWayOnly(t *testing.T) {
	goal := flat(64, 0)
	picture := flat(64, 255)
	extremes := map[bool]int{}
	for _, official := range []bool{false, true} {
		c, err := NewComposer(goal, painted(64, 20, 20, 12), frame(64), official)
		if err != nil {
			t.Fatal(err)
		}
		// Stripes overshoot where bands are mixed.
		for i := range picture.Data {
			picture.Data[i] = float32(1 - 2*(i%64/4%2))
		}
		got, err := c.Compose(picture, shifted(0, 0), Laplace)
		if err != nil {
			t.Fatal(err)
		}
		for i, b := range gan.Quantise(got) {
			if v := picture.Data[i]; i%64 < 12 && (v == 1 && b < 40 || v == -1 && b > 215) {
				extremes[official]++
			}
		}
	}
	if extremes[false] > 0 || extremes[true] == 0 {
		t.Errorf("pixels that turned from black to white or back: %v", extremes)
	}
}

func TestAMaskThatTruncatesToNothingIsAnError(t *testing.T) {
	thin := painted(256, 100, 100, 3) // at 64 pixels every cell is partly covered
	if _, err := NewComposer(flat(64, 0), thin, frame(64), true); err == nil || !strings.Contains(err.Error(), "truncates to nothing") {
		t.Errorf("official: %v", err)
	}
	if err := MaskError(thin, 64, 64, false); err != nil {
		t.Errorf("a soft mask: %v", err)
	}
	if err := MaskError(sessions.NewMask(make([]bool, 4096), 64, 64), 64, 64, false); err == nil {
		t.Error("an empty mask is accepted")
	}
}

// Counts of spec: baselines 9, from the published masks and from the sessions that they were made from.
func TestThePublishedMasksErodeAsInTheReleasedCode(t *testing.T) {
	reference := os.Getenv("REWRITING_REFERENCE")
	if reference == "" {
		t.Skip("REWRITING_REFERENCE is not set")
	}
	for name, want := range map[string][3]int{"dome2spire": {2774, 2488, 3093}, "dome2tree": {2065, 1826, 2246}, "smile": {891, 675, 766}, "mustache": {463, 302, 313}} {
		m := publishedMask(t, filepath.Join(reference, "official-sessions/neural_best_buddies/pyflow/masks", name+".npz"))
		var got [3]int
		for _, v := range m.Data {
			if v > 0 {
				got[0]++
			}
			if v == 1 {
				got[1]++
			}
		}
		for _, v := range warp.ReleasedMask(m, 256) {
			got[2] += int(v)
		}
		if got != want {
			t.Errorf("%s: pixels above 0, of 1, and left at 256: %v, want %v", name, got, want)
		}
	}
	for session, name := range map[string]string{"stylegan/church/dome2spire.json": "dome2spire", "stylegan/church/multikey_dome2tree.json": "dome2tree", "stylegan/celebhq/smile.json": "smile"} {
		s, err := sessions.Load(filepath.Join(reference, "official-sessions", session))
		if err != nil {
			t.Fatal(err)
		}
		m := publishedMask(t, filepath.Join(reference, "official-sessions/neural_best_buddies/pyflow/masks", name+".npz"))
		for i, v := range s.Paste.Mask.Area(224, 224).A {
			if d := math.Abs(float64(v - m.Data[i])); d > 1e-7 { // k/255 in one rounding and in another
				t.Fatalf("%s, pixel %d: %v, the published mask has %v", session, i, v, m.Data[i])
			}
		}
	}
}

// publishedMask reads the one array of an npz file, float32 224x224 by its header of ASCII.
func publishedMask(t *testing.T, path string) *compute.Tensor {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	f, err := z.Open("mask.npy")
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	head, data, ok := bytes.Cut(b, []byte("\n"))
	if !ok || !bytes.Contains(head, []byte("<f4")) || !bytes.Contains(head, []byte("(224, 224)")) || len(data) != 4*224*224 {
		t.Fatalf("%s holds another array: %q", path, head)
	}
	m := compute.New(1, 1, 224, 224)
	for i := range m.Data {
		m.Data[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
	}
	return m
}
