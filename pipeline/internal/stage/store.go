package stage

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// What Read can say besides failures of the disk itself.
var (
	ErrAbsent  = errors.New("absent")
	ErrStale   = errors.New("made from other content")
	ErrDamaged = errors.New("damaged")
)

// format is the version of the trailer. A reader refuses newer ones.
const format = 1

// Store publishes files below one directory. A published file is the payload followed by one line that
// begins with "# " and holds the file's key, size and SHA-256. Readers of CSV skip the line as a comment,
// readers of NPY stop before it.
type Store struct {
	Dir    string
	FS     FS
	Shared bool // other processes may publish here at the same time; Sweep spares their unfinished files
}

// trailer is the last line of a published file. The hash covers the payload and all other fields.
type trailer struct {
	Format int    `json:"rewriting"`
	Key    string `json:"key"`
	Size   int    `json:"size"`
	SHA256 string `json:"sha256"`
}

func (t trailer) seal(payload []byte) string {
	h := sha256.New()
	h.Write(payload)
	number(h, t.Format)
	text(h, t.Key)
	number(h, t.Size)
	return hex.EncodeToString(h.Sum(nil))
}

// Publish writes payload under the path (relative to the store, with slashes) and key. The file appears in one step, whole
// and durable, or not at all.
func (s *Store) Publish(path, key string, payload []byte) error {
	t := trailer{Format: format, Key: key, Size: len(payload)}
	t.SHA256 = t.seal(payload)
	line, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("describe %s: %w", path, err)
	}
	return s.write(path, payload, []byte("\n# "), line, []byte("\n"))
}

// PublishPlain writes a file without the line that Publish adds, for readers that would not expect it (a web page, an image).
func (s *Store) PublishPlain(path string, payload []byte) error { return s.write(path, payload) }

func (s *Store) write(path string, parts ...[]byte) (err error) {
	name := filepath.Join(s.Dir, filepath.FromSlash(path))
	dir := filepath.Dir(name)
	if err := s.FS.MkdirAll(dir); err != nil {
		return fmt.Errorf("publish %s: %w", path, err)
	}
	pattern := unfinished
	if s.Shared {
		pattern = unfinishedShared
	}
	f, err := s.FS.CreateTemp(dir, pattern)
	if err != nil {
		return fmt.Errorf("publish %s: %w", path, err)
	}
	closed := false
	defer func() {
		if err == nil {
			return
		}
		if !closed {
			f.Close()
		}
		s.FS.Remove(f.Name())
		err = fmt.Errorf("publish %s: %w", path, err)
	}()
	for _, part := range parts {
		if _, err := f.Write(part); err != nil {
			return err
		}
	}
	if err := f.Sync(); err != nil {
		return err
	}
	closed = true
	if err := f.Close(); err != nil {
		return err
	}
	if err := s.FS.Rename(f.Name(), name); err != nil {
		return err
	}
	return s.FS.SyncDir(dir)
}

// Names of files that are being written, by one process and by one of many.
const (
	unfinished       = ".publishing-*"
	unfinishedShared = ".sharing-*"
)

// Sweep removes what a killed process has left unfinished below dir. The caller must hold the lock of dir. Whatever cannot be
// removed is left: it disturbs nobody.
func Sweep(dir string) { sweep(dir, unfinished) }

// SweepShared is Sweep for when all shards have ended: it removes what they have left unfinished too.
func SweepShared(dir string) { sweep(dir, unfinished, unfinishedShared) }

func sweep(dir string, patterns ...string) {
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // a folder that cannot be read keeps its rubbish
		}
		for _, p := range patterns {
			if ours, _ := filepath.Match(p, d.Name()); ours && !d.IsDir() {
				os.Remove(path)
			}
		}
		return nil
	})
}

// Read returns the payload published under path with this key, or an error that wraps ErrAbsent, ErrStale or
// ErrDamaged and names the file.
func (s *Store) Read(path, key string) ([]byte, error) {
	payload, found, err := s.ReadAny(path)
	if err != nil {
		return nil, err
	}
	if found != key {
		return nil, fmt.Errorf("%s: %w", path, ErrStale)
	}
	return payload, nil
}

// ReadAny is Read for whatever key the file has; it returns the key.
func (s *Store) ReadAny(path string) (payload []byte, key string, err error) {
	name := filepath.Join(s.Dir, filepath.FromSlash(path))
	raw, err := s.FS.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", fmt.Errorf("%s: %w", path, ErrAbsent)
	}
	if err != nil {
		return nil, "", fmt.Errorf("read %s: %w", path, err)
	}
	payload, t, err := open(raw)
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w: %w", path, ErrDamaged, err)
	}
	return payload, t.Key, nil
}

// open splits a published file and checks it. Every byte counts: the line must be exactly the one Publish writes.
func open(raw []byte) ([]byte, trailer, error) {
	var t trailer
	at := bytes.LastIndex(raw, []byte("\n# "))
	if at < 0 {
		return nil, t, errors.New("its last line is missing")
	}
	payload, line := raw[:at], raw[at+3:]
	if err := json.Unmarshal(line, &t); err != nil {
		return nil, t, errors.New("its last line is broken")
	}
	if t.Format > format {
		return nil, t, fmt.Errorf("written by a newer version (format %d, this program reads %d)", t.Format, format)
	}
	again, err := json.Marshal(t)
	if err != nil || !bytes.Equal(append(again, '\n'), line) {
		return nil, t, errors.New("its last line was altered")
	}
	if t.Size != len(payload) {
		return nil, t, fmt.Errorf("it has %d bytes, %d were written", len(payload), t.Size)
	}
	if t.seal(payload) != t.SHA256 {
		return nil, t, errors.New("its SHA-256 does not match")
	}
	return payload, t, nil
}

// Missing reports whether err means that a result does not exist, whatever the reason.
func Missing(err error) bool {
	return errors.Is(err, ErrAbsent) || errors.Is(err, ErrStale) || errors.Is(err, ErrDamaged)
}
