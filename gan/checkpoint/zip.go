package checkpoint

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"strings"
)

// readZip reads the layout of PyTorch 1.6 and later: an archive of uncompressed entries under one folder,
// data.pkl with the object and data/KEY with the elements of one storage each.
func (f *File) readZip(r io.ReaderAt, size int64) error {
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return fmt.Errorf("damaged zip archive: %w", err)
	}
	entries := map[string]*zip.File{}
	folder := ""
	for _, e := range archive.File {
		if e.Method != zip.Store {
			// PyTorch never compresses; allowing it would let a small file unpack to any size.
			return fmt.Errorf("entry %.80q is compressed, which PyTorch never does", e.Name)
		}
		if e.CompressedSize64 != e.UncompressedSize64 || e.UncompressedSize64 > uint64(size) {
			return fmt.Errorf("entry %.80q claims %d bytes in a file of %d", e.Name, e.UncompressedSize64, size)
		}
		if _, twice := entries[e.Name]; twice {
			return fmt.Errorf("entry %.80q occurs twice", e.Name)
		}
		entries[e.Name] = e
		if dir, base, ok := strings.Cut(e.Name, "/"); ok && base == "data.pkl" {
			if folder != "" {
				return errors.New("two entries are named data.pkl")
			}
			folder = dir + "/"
		}
	}
	if folder == "" {
		if _, script := entries["constants.pkl"]; script {
			return errors.New("a TorchScript archive, not a checkpoint")
		}
		return errors.New("the archive has no entry data.pkl, so it is no PyTorch checkpoint")
	}
	if e, ok := entries[folder+"byteorder"]; ok {
		order, err := readEntry(e, 16)
		if err != nil {
			return err
		}
		if string(order) != "little" {
			return fmt.Errorf("byte order %q: only little-endian files are read", order)
		}
	}
	pickle, err := readEntry(entries[folder+"data.pkl"], maxPickle)
	if err != nil {
		return err
	}
	f.fetch = func(s *storage) ([]byte, error) {
		e, err := f.entry(entries, folder, s)
		if err != nil {
			return nil, err
		}
		return readEntry(e, size)
	}
	f.Root, _, err = unpickle(pickle, func(id any) (any, error) {
		v, err := f.resolve(id)
		if err != nil {
			return nil, err
		}
		_, err = f.entry(entries, folder, v.(*storage))
		return v, err
	})
	return err
}

// entry finds the archive entry of a storage and checks its size.
func (f *File) entry(entries map[string]*zip.File, folder string, s *storage) (*zip.File, error) {
	e, ok := entries[folder+"data/"+s.key]
	if !ok {
		return nil, fmt.Errorf("storage %.80q is missing from the archive", s.key)
	}
	if want := uint64(s.count) * uint64(s.class.size); e.UncompressedSize64 != want {
		return nil, fmt.Errorf("storage %.80q has %d bytes, its description asks for %d", s.key, e.UncompressedSize64, want)
	}
	return e, nil
}

// readEntry reads a whole entry; the archive's checksum is verified on the way.
func readEntry(e *zip.File, limit int64) ([]byte, error) {
	if e.UncompressedSize64 > uint64(limit) {
		return nil, fmt.Errorf("entry %.80q has %d bytes, more than %d", e.Name, e.UncompressedSize64, limit)
	}
	r, err := e.Open()
	if err != nil {
		return nil, fmt.Errorf("entry %.80q: %w", e.Name, err)
	}
	defer r.Close()
	data := make([]byte, e.UncompressedSize64)
	if _, err := io.ReadFull(r, data); err != nil {
		return nil, fmt.Errorf("entry %.80q: %w", e.Name, err)
	}
	// The checksum is compared when the end is reached, not before.
	if _, err := r.Read(make([]byte, 1)); err != io.EOF {
		return nil, fmt.Errorf("entry %.80q: %w", e.Name, err)
	}
	return data, nil
}
