package kernel

import "golang.org/x/sys/cpu"

// Best is the highest tier of this processor.
func Best() Tier {
	if t := bestVectors(); t < AVX512 || !tilesWork() {
		return t
	}
	return AMX
}

// bestVectors is the highest tier without AMX. It executes nothing that the processor might not have.
func bestVectors() Tier {
	switch {
	case !cpu.X86.HasAVX2 || !cpu.X86.HasFMA || !cpu.X86.HasBMI2:
		return Portable
	case !cpu.X86.HasAVX512F || !cpu.X86.HasAVX512VL || !cpu.X86.HasAVX512DQ || !cpu.X86.HasAVX512BW:
		return AVX2
	}
	return AVX512
}

// Features names what the processor offers of the instruction sets that matter here.
func Features() []string {
	var names []string
	for _, f := range []struct {
		name string
		has  bool
	}{
		{"avx2", cpu.X86.HasAVX2},
		{"fma", cpu.X86.HasFMA},
		{"avx512f", cpu.X86.HasAVX512F},
		{"avx512bf16", cpu.X86.HasAVX512BF16},
		{"amx-tile", cpu.X86.HasAMXTile},
		{"amx-bf16", cpu.X86.HasAMXBF16},
	} {
		if f.has {
			names = append(names, f.name)
		}
	}
	return names
}
