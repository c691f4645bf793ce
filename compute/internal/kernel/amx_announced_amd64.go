//go:build !amxemulated

package kernel

import "golang.org/x/sys/cpu"

// tilesAnnounced reports whether the processor has AMX and the system lets this process use it.
func tilesAnnounced() bool { return cpu.X86.HasAMXTile && cpu.X86.HasAMXBF16 && permitTiles() }
