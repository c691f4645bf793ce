package kernel

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// Tier is a family of kernels; a larger one needs more of the processor.
type Tier int

// The tiers, from the one that runs everywhere to the fastest.
const (
	Portable Tier = iota
	AVX2
	AVX512
	AMX // AVX-512, and products of bfloat16 in tiles where results are only looked at
)

var tierNames = [...]string{"portable", "avx2", "avx512", "amx"}

func (t Tier) String() string { return tierNames[t] }

// Variable is the environment variable that forces a tier.
const Variable = "REWRITING_TIER"

// tier is the tier in use, chosen once when the program starts.
var tier, forcedError = choose(os.Getenv(Variable))

// choose gives the forced tier, or the best one where none is forced or the forced one cannot be had.
func choose(forced string) (Tier, error) {
	// AMX is tried before it is offered. Who forces another tier may do so because that fails.
	if i := slices.Index(tierNames[:bestVectors()+1], forced); i >= 0 {
		return Tier(i), nil
	}
	best := Best()
	if forced == "" {
		return best, nil
	}
	offered := tierNames[:best+1]
	if i := slices.Index(offered, forced); i >= 0 {
		return Tier(i), nil
	}
	return best, fmt.Errorf("%s=%s: this processor offers %s; unset the variable or name one of them",
		Variable, forced, strings.Join(offered, ", "))
}

// ForcedError reports a value of the environment variable that could not be honoured.
func ForcedError() error { return forcedError }

// Current is the tier in use.
func Current() Tier { return tier }

// Use switches to tier t, which must not exceed Best, and returns a function that switches back. It is for
// tests and benchmarks: nothing else may run meanwhile.
func Use(t Tier) (restore func()) {
	if t > Best() {
		panic(fmt.Sprintf("kernel: tier %v on a processor that offers %v", t, Best()))
	}
	old := tier
	tier = t
	return func() { tier = old }
}

// Lanes is the number of float32 in a vector of the tier in use.
func Lanes() int {
	if tier >= AVX512 {
		return 16
	}
	return 8
}

// MaxLanes is the largest number of lanes of any tier, and Slack the number of elements that must be readable
// (not meaningful) after the last element a kernel uses of a panel or a staged image.
const (
	MaxLanes = 16
	Slack    = MaxLanes
)
