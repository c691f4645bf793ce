//go:build !unix

package stage

import "os"

// tryLock always succeeds where the kernel has no such lock: the lock is a courtesy, and no result depends on it.
func tryLock(*os.File) (bool, error) { return true, nil }

// alive believes the signature where it cannot be checked.
func alive(int) bool { return true }
