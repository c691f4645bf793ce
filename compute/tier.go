package compute

import "rewriting/compute/internal/kernel"

// Tier names the kernels in use: portable, avx2 or avx512.
func Tier() string { return kernel.Current().String() }

// Features names the instruction sets of this processor that matter to the kernels, used or not.
func Features() []string { return kernel.Features() }
