package compute

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"runtime"
	"testing"

	"rewriting/compute/internal/kernel"
)

// fingerprints are of Revision, by tier.
var fingerprints = map[string]string{
	"portable": "465f0b31e2bc96a9",
	"avx2":     "21e147118a0df211",
	"avx512":   "21e147118a0df211",
	"amx":      "0d8fa1f50bbc1302",
}

// A run that continues with other kernels under the same key would mix two arithmetics in one table.
func TestKernelsThatGiveOtherBitsHaveAnotherRevision(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("another architecture may fuse multiplication and addition in portable code")
	}
	tiers(t, func(t *testing.T) {
		got := fingerprint()
		if want := fingerprints[Tier()]; got != want {
			t.Errorf("the fingerprint is %s, revision %d had %s: if the change is meant, raise Revision and take over the new ones of all tiers", got, Revision, want)
		}
	})
}

// fingerprint is of what kernels give for fixed inputs of shapes that take different paths.
func fingerprint() string {
	h := sha256.New()
	add := func(x *Tensor) {
		for _, v := range x.Data {
			_ = binary.Write(h, binary.LittleEndian, math.Float32bits(v))
		}
	}
	one := Params{Stride: [2]int{1, 1}, Dilation: [2]int{1, 1}, Groups: 1}
	same := one
	same.Pad = [4]int{1, 1, 1, 1}
	half := same
	half.Stride = [2]int{2, 2}
	for i, c := range []struct {
		n, ci, co, k, size int
		p                  Params
	}{{1, 24, 40, 3, 16, same}, {2, 5, 7, 3, 9, same}, {1, 32, 16, 1, 13, one}, {1, 3, 20, 5, 17, half}, {1, 64, 64, 3, 32, same}} {
		x, w := random(uint64(10*i+1), c.n, c.ci, c.size, c.size), random(uint64(10*i+2), c.co, c.ci, c.k, c.k)
		y := Conv2D(x, w, nil, c.p)
		add(y)
		if kernel.Current() < kernel.AMX { // the last bits of tiles belong to the processor
			add(NewRenderFilter(w, c.p).Conv(x, nil))
		}
		dy := random(uint64(10*i+3), y.Shape...)
		add(Conv2DGradInput(dy, w, c.size, c.size, c.p))
		add(Conv2DGradWeight(x, dy, c.k, c.k, c.p))
	}
	depthwise := same
	depthwise.Groups = 24
	x := random(101, 1, 24, 16, 16)
	add(Conv2D(x, random(102, 24, 1, 3, 3), nil, depthwise))
	add(UpConv(x, random(103, 16, 24, 3, 3)))
	if kernel.Current() < kernel.AMX {
		add(NewRenderUpFilter(random(114, 32, 64, 3, 3)).Conv(random(115, 1, 64, 33, 32)))
	}
	add(Blur(random(104, 1, 4, 33, 33), 1, 1))
	add(Upsample2x(x))
	s := random(105, 1, 24)
	add(Demodulate(random(106, 16, 24, 3, 3), s, 0.1))
	ScaleChannels(x, s)
	NoiseBiasAct(x, random(107, 1, 1, 16, 16), 0.3, random(108, 24).Data)
	add(x)
	add(Linear(random(109, 3, 70), random(110, 50, 70), nil))
	add(ConvTranspose2D(x, random(111, 24, 12, 4, 4), nil, half, [2]int{}))
	add(ResizeBilinear(x, 25, 25, HalfPixel))
	w, g, m, v := random(112, 100), random(113, 100), New(100), New(100)
	for step := 1; step <= 3; step++ {
		DefaultAdam(0.01).Step(step, w.Data, g.Data, m.Data, v.Data)
	}
	add(w)
	return fmt.Sprintf("%x", h.Sum(nil)[:8])
}
