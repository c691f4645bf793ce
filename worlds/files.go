package worlds

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// DataFile reads data/name of a world's embedded files: what a world's method File
// does. The error for a missing file lists what there is and says how to make it.
func DataFile(data fs.FS, world, name string) ([]byte, error) {
	b, err := fs.ReadFile(data, path.Join("data", name))
	if err != nil {
		return nil, fmt.Errorf("world %s has no file %q, only %s; train the networks with scripts/train, put the file into worlds/%[1]s/data and build again", world, name, strings.Join(files(data), ", "))
	}
	return b, nil
}

func files(data fs.FS) []string {
	entries, err := fs.ReadDir(data, "data")
	if err != nil {
		return nil
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
