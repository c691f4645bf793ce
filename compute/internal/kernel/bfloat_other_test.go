//go:build !amd64

package kernel

func splitsInAssembly() bool { return false }
