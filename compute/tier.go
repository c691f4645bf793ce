package compute

// Tier names the kernels in use: portable, avx2 or avx512.
func Tier() string { return "portable" }

// Features lists what the processor offers that matters to the kernels.
func Features() []string { return nil }
