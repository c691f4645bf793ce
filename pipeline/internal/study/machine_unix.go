//go:build unix

package study

import (
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Free is the room on the disk that dir is or will be on; 0 where it cannot be told.
func Free(dir string) int64 {
	for {
		var s unix.Statfs_t
		if unix.Statfs(dir, &s) == nil {
			return int64(s.Bavail) * int64(s.Bsize)
		}
		up := filepath.Dir(filepath.Clean(dir))
		if up == dir {
			return 0
		}
		dir = up
	}
}

// processorSeconds is the time that the processors have worked for this process.
func processorSeconds() float64 {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return float64(u.Utime.Sec+u.Stime.Sec) + 1e-6*float64(u.Utime.Usec+u.Stime.Usec)
}
