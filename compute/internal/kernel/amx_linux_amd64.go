package kernel

import "golang.org/x/sys/unix"

// permitTiles asks the kernel for the use of AMX's tiles, which it grants to a process once and for all. Kernels before 5.16
// do not know them, and a sandbox may refuse.
func permitTiles() bool {
	const requestPermission, tileData = 0x1023, 18
	_, _, err := unix.RawSyscall(unix.SYS_ARCH_PRCTL, requestPermission, tileData, 0)
	return err == 0
}
