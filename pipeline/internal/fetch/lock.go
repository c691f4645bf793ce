package fetch

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/BurntSushi/toml"

	"rewriting/pipeline/internal/stage"
)

// lock remembers the hashes of files from their first download, in sources.lock.toml beside sources.toml.
type lock struct {
	path   string
	SHA256 map[string]string `toml:"sha256"`
}

func (s *Sources) lock() (*lock, error) {
	l := &lock{path: s.path[:len(s.path)-len(filepath.Ext(s.path))] + ".lock.toml"}
	_, err := toml.DecodeFile(l.path, l)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("remembered hashes %s: %w", l.path, err)
	}
	if l.SHA256 == nil {
		l.SHA256 = map[string]string{}
	}
	return l, nil
}

func (l *lock) add(name, hash string) error {
	if l.SHA256[name] == hash {
		return nil
	}
	l.SHA256[name] = hash
	var b bytes.Buffer
	b.WriteString("# SHA-256 of every file as it was first downloaded. A later download that differs is refused.\n")
	if err := toml.NewEncoder(&b).Encode(l); err != nil {
		return fmt.Errorf("remembered hashes: %w", err)
	}
	store := &stage.Store{Dir: filepath.Dir(l.path), FS: stage.Disk{}}
	return store.PublishPlain(filepath.Base(l.path), b.Bytes())
}

// HashError is a file that is not what it should be.
type HashError struct {
	Name, Got, Want string // Want may be the beginning of a hash
	Source          string // who says so
}

func (e *HashError) Error() string {
	return fmt.Sprintf("%s has the SHA-256 %s, but %s says %s: it is not used", e.Name, e.Got, e.Source, e.Want)
}

// check compares a hash with all that is known about a file.
func (l *lock) check(f File, hash string) error {
	for _, known := range []struct{ want, source string }{
		{f.SHA256, SourcesFile},
		{l.SHA256[f.Name], filepath.Base(l.path)},
		{f.prefix(), "its name"},
	} {
		if len(known.want) > 0 && (len(hash) < len(known.want) || hash[:len(known.want)] != known.want) {
			return &HashError{f.Name, hash, known.want, known.source}
		}
	}
	return nil
}

// hashFile is the SHA-256 of a file in hex.
func hashFile(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return "", fmt.Errorf("reading %s: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
