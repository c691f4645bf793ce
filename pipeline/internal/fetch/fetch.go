package fetch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Options say how to download; the zero value is right for the published servers.
type Options struct {
	Client   *http.Client            // nil: a client of its own
	Stall    time.Duration           // without a byte for this long a connection counts as dead; 0 means 30 s
	Pause    time.Duration           // before the second attempt, doubled for every further one; 0 means 1 s
	Attempts int                     // in a row that bring no byte; 0 means 5
	Progress func(name string) Meter // nil: none
	Log      func(string, ...any)    // nil: none
}

// Meter shows how far a file is. Total is 0 where the server does not say.
type Meter interface {
	Set(done, total int64)
	End()
}

type silent struct{}

func (silent) Set(int64, int64) {}
func (silent) End()             {}

func (o Options) fill() Options {
	if o.Client == nil {
		o.Client = &http.Client{CheckRedirect: noDowngrade}
	}
	if o.Stall == 0 {
		o.Stall = 30 * time.Second
	}
	if o.Pause == 0 {
		o.Pause = time.Second
	}
	if o.Attempts == 0 {
		o.Attempts = 5
	}
	if o.Progress == nil {
		o.Progress = func(string) Meter { return silent{} }
	}
	if o.Log == nil {
		o.Log = func(string, ...any) {}
	}
	return o
}

// noDowngrade follows up to ten redirects, none from https to http.
func noDowngrade(next *http.Request, before []*http.Request) error {
	const most = 10
	if len(before) >= most {
		return fmt.Errorf("more than %d redirects", most)
	}
	if before[len(before)-1].URL.Scheme == "https" && next.URL.Scheme != "https" {
		return fmt.Errorf("refusing the redirect from https to %s", next.URL.Redacted())
	}
	return nil
}

// Report is what Fetch did.
type Report struct {
	Present    []string `json:"present"`    // there already, with the right hash
	Downloaded []string `json:"downloaded"` //
	ToMake     []File   `json:"to_make"`    // what is still to be made, now that its parts are there
}

// Fetch downloads the named files that are missing, and the parts of those that are made. It ends at the first
// file that cannot be had or has a wrong hash; what is complete stays.
func (s *Sources) Fetch(ctx context.Context, names []string, o Options) (*Report, error) {
	o = o.fill()
	l, err := s.lock()
	if err != nil {
		return nil, err
	}
	report := &Report{}
	var wanted []File
	for _, name := range names {
		f, ok := s.Find(name)
		if !ok {
			return nil, fmt.Errorf("%s: no file %q", s.path, name)
		}
		if f.Make == "" {
			wanted = append(wanted, f)
			continue
		}
		if _, err := os.Stat(s.Place(name)); err == nil {
			report.Present = append(report.Present, name)
			continue
		}
		report.ToMake = append(report.ToMake, f)
		for _, part := range f.From {
			p, _ := s.Find(part)
			wanted = append(wanted, p)
		}
	}
	var seen []string
	for _, f := range wanted {
		if slices.Contains(seen, f.Name) {
			continue
		}
		seen = append(seen, f.Name)
		present, err := s.one(ctx, f, l, o)
		if err != nil {
			return report, err
		}
		if present {
			report.Present = append(report.Present, f.Name)
		} else {
			report.Downloaded = append(report.Downloaded, f.Name)
		}
	}
	return report, nil
}

// one makes sure of one file. The flag says that it was there.
func (s *Sources) one(ctx context.Context, f File, l *lock, o Options) (present bool, err error) {
	place := s.Place(f.Name)
	hash, err := hashFile(place)
	if err == nil {
		if err := l.check(f, hash); err != nil {
			return false, fmt.Errorf("%w; remove %s to download it again", err, place)
		}
		return true, l.add(f.Name, hash)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	if err := os.MkdirAll(filepath.Dir(place), 0o777); err != nil {
		return false, err
	}
	d := &download{File: f, Options: o, part: place + ".part", known: f.SHA256+l.SHA256[f.Name]+f.prefix() != ""}
	if err := d.run(ctx); err != nil {
		return false, fmt.Errorf("%s: %w", f.Name, err)
	}
	if hash, err = hashFile(d.part); err != nil {
		return false, err
	}
	if err := l.check(f, hash); err != nil {
		return false, errors.Join(err, d.discard())
	}
	if err := l.add(f.Name, hash); err != nil {
		return false, err
	}
	return false, errors.Join(os.Rename(d.part, place), d.forget())
}
