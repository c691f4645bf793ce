package kernel

import "golang.org/x/sys/cpu"

// splitsInAssembly reports whether the processor can run splitPairsBF16, whatever else it lacks of AMX.
func splitsInAssembly() bool { return cpu.X86.HasAVX512BF16 && Best() >= AVX512 }
