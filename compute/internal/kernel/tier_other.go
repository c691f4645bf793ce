//go:build !amd64

package kernel

// Best is the highest tier of this processor.
func Best() Tier { return bestVectors() }

func bestVectors() Tier { return Portable }

// Features names what the processor offers of the instruction sets that matter here.
func Features() []string { return nil }
