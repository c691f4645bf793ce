package fetch

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// SourcesFile is the name that configs expect beside them.
const SourcesFile = "sources.toml"

// Sources are the files of one TOML file.
type Sources struct {
	Files []File `toml:"file"`
	path  string
}

// File is where one file comes from: it is downloaded, or made of others.
type File struct {
	Name   string   `toml:"name"`   // path from the TOML file, with slashes
	URL    []string `toml:"url"`    // addresses, tried in order
	SHA256 string   `toml:"sha256"` // hex; empty: not known before the first download
	Bytes  int64    `toml:"bytes"`  // 0: not known
	// Plain says that hex digits at the end of the name are no hash.
	Plain bool     `toml:"plain"`
	From  []string `toml:"from"` // names of what it is made of
	Make  string   `toml:"make"` // the command that makes it; {name} stands for where a file of the list lies
}

// ReadSources reads and checks a TOML file of sources.
func ReadSources(path string) (*Sources, error) {
	s := &Sources{path: path}
	md, err := toml.DecodeFile(path, s)
	if err != nil {
		return nil, fmt.Errorf("sources %s: %w", path, err)
	}
	if unknown := md.Undecoded(); len(unknown) > 0 {
		return nil, fmt.Errorf("sources %s: no such key %q", path, unknown[0])
	}
	for i, f := range s.Files {
		err := s.check(f)
		if slices.ContainsFunc(s.Files[:i], func(o File) bool { return o.Name == f.Name }) {
			err = errors.New("stands twice")
		}
		if err != nil {
			return nil, fmt.Errorf("sources %s: file %d %q: %w", path, i+1, f.Name, err)
		}
	}
	return s, nil
}

var hexDigits = regexp.MustCompile(`^[0-9a-f]{64}$`)

func (s *Sources) check(f File) error {
	switch {
	case path.IsAbs(f.Name) || path.Clean(f.Name) != f.Name:
		return fmt.Errorf("name must be a path from the TOML file, such as files/weights.pt")
	case f.Make == "" && !filepath.IsLocal(filepath.FromSlash(f.Name)):
		return fmt.Errorf("name must be a path below the TOML file: nothing is downloaded to elsewhere")
	case f.SHA256 != "" && !hexDigits.MatchString(f.SHA256):
		return fmt.Errorf("sha256 must have 64 lower-case hex digits")
	case (len(f.URL) > 0) == (f.Make != ""):
		return fmt.Errorf("needs either url, or make: the command that makes it")
	case f.Bytes < 0:
		return fmt.Errorf("bytes = %d", f.Bytes)
	}
	for _, u := range f.URL {
		if !strings.HasPrefix(u, "http://") && !strings.HasPrefix(u, "https://") {
			return fmt.Errorf("url %q must begin with http:// or https://", u)
		}
	}
	for _, from := range f.From {
		i := slices.IndexFunc(s.Files, func(o File) bool { return o.Name == from })
		if i < 0 {
			return fmt.Errorf("from %q is no file of the list", from)
		}
		if s.Files[i].Make != "" {
			return fmt.Errorf("from %q is itself made; list what is downloaded", from)
		}
	}
	return nil
}

// Find is the file of a name.
func (s *Sources) Find(name string) (File, bool) {
	for _, f := range s.Files {
		if f.Name == name {
			return f, true
		}
	}
	return File{}, false
}

// Place is where a file lies on disk.
func (s *Sources) Place(name string) string {
	return filepath.Join(filepath.Dir(s.path), filepath.FromSlash(name))
}

var placeholder = regexp.MustCompile(`\{([^{}]+)\}`)

// Command is the command that makes a file, with every {name} replaced by where that file lies.
func (s *Sources) Command(f File) string {
	return placeholder.ReplaceAllStringFunc(f.Make, func(name string) string { return s.Place(name[1 : len(name)-1]) })
}

// Hint says how the file that a config names by path can be had, if the list beside the config knows it, or is empty. A list
// that cannot be read knows nothing.
func Hint(config, path string) string {
	s, err := ReadSources(filepath.Join(filepath.Dir(config), SourcesFile))
	if err != nil {
		return ""
	}
	f, ok := s.Find(filepath.ToSlash(filepath.Clean(path)))
	switch {
	case !ok:
		return ""
	case f.Make != "" && len(f.From) == 0:
		return "it is made by `" + s.Command(f) + "`"
	case f.Make != "":
		return "`pipeline fetch " + config + "` brings its parts and names the command that makes it"
	}
	return "run `pipeline fetch " + config + "`"
}

var inName = regexp.MustCompile(`-([0-9a-f]{8})\.[A-Za-z0-9]+$`)

// prefix is the beginning of the hash that the name of a file claims, or empty.
func (f File) prefix() string {
	if m := inName.FindStringSubmatch(f.Name); m != nil && !f.Plain {
		return m[1]
	}
	return ""
}
