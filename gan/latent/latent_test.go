package latent_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"sync"
	"testing"

	"rewriting/gan/latent"
)

// Values of numpy.random.RandomState(seed).standard_normal (spec: generators, section 6). Float64 values may differ
// from NumPy's by the last bit of the logarithm, hence the tolerance.
func TestNormalsAreNumPys(t *testing.T) {
	for seed, want := range map[uint32][]float64{
		0:   {1.764052345967664, 0.4001572083672233, 0.9787379841057392, 2.240893199201458},
		1:   {1.6243453636632417, -0.6117564136500754, -0.5281717522634557, -1.0729686221561705},
		7:   {1.690525703800356, -0.4659373705408328, 0.0328201636785844, 0.40751628299650783},
		960: {-0.5292270481015794, 0.885819823919016, 0.3642731547128182, 0.5593601500226965},
	} {
		r := latent.NewRandomState(seed)
		for i, w := range want {
			if got := r.Normal(); math.Abs(got-w) > 1e-15 {
				t.Errorf("seed %d, normal %d: %v, want %v", seed, i, got, w)
			}
		}
	}
}

func TestSessionTableIsTheReleasedOne(t *testing.T) {
	z := latent.Table(1, 1000, 512)
	for _, c := range []struct {
		row, col int
		want     []float32
	}{
		{1, 0, []float32{0.16986926, -1.164008, 0.6933662}},
		{960, 0, []float32{1.0304127, 1.1989307, 0.76430935}},
		{999, 510, []float32{-0.45704263, 0.85512704}},
	} {
		for i, w := range c.want {
			if got := z.Data[c.row*512+c.col+i]; got != w {
				t.Errorf("row %d, column %d: %v, want %v", c.row, c.col+i, got, w)
			}
		}
	}
	sum, squares := sums(z.Data)
	if math.Abs(sum-598.91768778) > 1e-8 || math.Abs(squares-511208.32513) > 1e-5 {
		t.Errorf("sum %.8f and sum of squares %.5f, want 598.91768778 and 511208.32513", sum, squares)
	}
}

func TestTableIsPrefixStable(t *testing.T) {
	short, long := latent.Table(3, 5, 7), latent.Table(3, 9, 7)
	for i, v := range short.Data {
		if long.Data[i] != v {
			t.Fatalf("element %d: %v in the short table, %v in the long one", i, v, long.Data[i])
		}
	}
}

func TestBenchmarkLatents(t *testing.T) {
	for seed, c := range map[uint32]struct {
		first []float32
		sum   float64
	}{
		9999:    {[]float32{-0.5150394, 0.5918967, 0.0478734}, 1.24655},
		1000007: {[]float32{-0.1638002, 0.6804996, 0.3221812}, 34.46576},
	} {
		z := latent.Seed(seed, 512)
		for i, w := range c.first {
			if math.Abs(float64(z.Data[i]-w)) > 6e-8 { // printed with seven decimals
				t.Errorf("seed %d, element %d: %v, want %v", seed, i, z.Data[i], w)
			}
		}
		if sum, _ := sums(z.Data); math.Abs(sum-c.sum) > 6e-6 {
			t.Errorf("seed %d sums to %v, want %v", seed, sum, c.sum)
		}
	}
}

func TestNoiseDependsOnBatchPosition(t *testing.T) {
	n := latent.Noise(2, 32, 32)
	if got := n.Shape; len(got) != 4 || got[0] != 2 || got[1] != 1 || got[2] != 32 || got[3] != 32 {
		t.Fatalf("shape %v", got)
	}
	if sum, _ := sums(n.Item(0).Data); math.Abs(sum - -45.0236549) > 1e-7 {
		t.Errorf("first map sums to %.7f, want -45.0236549", sum)
	}
	for i, w := range []float32{1.7123052, -0.79211503, -1.0455246} {
		if got := n.Item(1).Data[i]; got != w {
			t.Errorf("second map, element %d: %v, want %v", i, got, w)
		}
	}
}

// However the prefix grew, and whoever grew it, a map is the start of the same stream.
func TestNoiseIsTheSameForConcurrentCallers(t *testing.T) {
	want := latent.NewRandomState(0).Normals(3 * 70 * 70)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 70 {
				side := (i*13+g*7)%70 + 1
				for j, v := range latent.Noise(3, side, side).Data {
					if v != want[j] {
						t.Errorf("side %d, element %d: %v, want %v", side, j, v, want[j])
						return
					}
				}
			}
		})
	}
	wg.Wait()
}

func TestUniformIsNumPys(t *testing.T) {
	r := latent.NewRandomState(0) // RandomState(0).random_sample(3)
	for i, w := range []float64{0.5488135039273248, 0.7151893663724195, 0.6027633760716439} {
		if got := r.Uniform(); got != w {
			t.Errorf("uniform %d: %v, want %v", i, got, w)
		}
	}
}

func sums(data []float32) (sum, squares float64) {
	for _, v := range data {
		sum += float64(v)
		squares += float64(v) * float64(v)
	}
	return sum, squares
}

// The digest of 202 streams of 1001 normals, little-endian float32, as NumPy 1.x and 2.x draw them.
func TestEveryBitIsNumPys(t *testing.T) {
	h := sha256.New()
	for _, seed := range append(seeds(200), math.MaxUint32, 1000007) {
		if err := binary.Write(h, binary.LittleEndian, latent.NewRandomState(seed).Normals(1001)); err != nil {
			t.Fatal(err)
		}
	}
	const want = "4be0816ce6c291424d702aa35edf265ef28e7d3530deb05d059a3e0d374df900"
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		t.Errorf("digest %s, want %s", got, want)
	}
}

func seeds(n uint32) []uint32 {
	out := make([]uint32, n)
	for i := range out {
		out[i] = uint32(i)
	}
	return out
}
