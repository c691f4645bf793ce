//go:build !linux

package kernel

// permitTiles: only on Linux is it known how a process may use AMX.
func permitTiles() bool { return false }
