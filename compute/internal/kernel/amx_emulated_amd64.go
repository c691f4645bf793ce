//go:build amxemulated

package kernel

// tilesAnnounced: the program runs under the emulator of folder emulate.
func tilesAnnounced() bool { return true }
