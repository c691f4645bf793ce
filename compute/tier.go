package compute

import "rewriting/compute/internal/kernel"

// Tier names the kernels in use: portable, avx2, avx512 or amx.
func Tier() string { return kernel.Current().String() }

// TierError reports a value of REWRITING_TIER that names no tier of this processor; the best tier is in use then.
// A command asks once, before any work.
func TierError() error { return kernel.ForcedError() }

// Features names the instruction sets of this processor that matter to the kernels, used or not.
func Features() []string { return kernel.Features() }
