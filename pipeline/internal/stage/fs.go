package stage

import (
	"io"
	"os"
	"path/filepath"
)

// FS is what publishing needs of a file system: little enough that a test can fail each operation in turn.
type FS interface {
	MkdirAll(dir string) error
	CreateTemp(dir, pattern string) (File, error)
	Rename(from, to string) error
	Remove(name string) error
	SyncDir(dir string) error
	ReadFile(name string) ([]byte, error)
}

// File is an open file that is being written.
type File interface {
	io.Writer
	Name() string
	Sync() error
	Close() error
}

// Disk is the real file system.
type Disk struct{}

// MkdirAll makes a directory and its parents.
func (Disk) MkdirAll(dir string) error { return os.MkdirAll(dir, 0o777) }

// CreateTemp opens a new file with a name that no other process uses.
func (Disk) CreateTemp(dir, pattern string) (File, error) {
	f, err := os.CreateTemp(dir, pattern)
	if err != nil {
		return nil, err
	}
	// CreateTemp is for secrets (0600); results are to be read by the group that shares the disk.
	if err := f.Chmod(0o644); err != nil {
		f.Close()
		os.Remove(f.Name())
		return nil, err
	}
	return f, nil
}

// Rename moves a file over another in one step.
func (Disk) Rename(from, to string) error { return os.Rename(from, to) }

// Remove deletes a file.
func (Disk) Remove(name string) error { return os.Remove(name) }

// SyncDir makes a rename in dir durable.
func (Disk) SyncDir(dir string) error {
	d, err := os.Open(filepath.Clean(dir))
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// ReadFile reads a whole file.
func (Disk) ReadFile(name string) ([]byte, error) { return os.ReadFile(name) }
