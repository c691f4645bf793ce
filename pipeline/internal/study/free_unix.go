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
