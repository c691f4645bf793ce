package stage

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// ErrBusy says that another process works in a directory.
var ErrBusy = errors.New("run directory is busy")

// Owner is who holds a lock.
type Owner struct {
	Host    string    `json:"host"`
	PID     int       `json:"pid"`
	Started time.Time `json:"started"`
}

// Lock is the courtesy that keeps two processes from doing the same work twice. Correctness never needs it: all
// files are published in one step and equal keys have equal bytes.
type Lock struct{ file *os.File }

// Acquire locks dir, which must exist. The kernel forgets the lock of a dead process, so the next one simply takes over. A lock
// that another machine left cannot be judged from here: it is ErrBusy too, with the file to delete.
func Acquire(dir string) (*Lock, error) {
	name := filepath.Join(dir, "lock")
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	held, err := tryLock(f)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	host, _ := os.Hostname() // an unnamed host compares as ""
	owner, known := readOwner(f)
	switch {
	case !held && known:
		f.Close()
		return nil, fmt.Errorf("%w: %s is in use by process %d on %s since %s", ErrBusy, dir, owner.PID, owner.Host, owner.Started.Format(time.RFC3339))
	case !held:
		f.Close()
		return nil, fmt.Errorf("%w: %s is in use by another process", ErrBusy, dir)
	case known && owner.Host != host:
		f.Close()
		return nil, fmt.Errorf("%w: %s was taken by process %d on machine %s at %s; if that is over, delete %s",
			ErrBusy, dir, owner.PID, owner.Host, owner.Started.Format(time.RFC3339), name)
	}
	l := &Lock{file: f}
	if err := l.sign(Owner{Host: host, PID: os.Getpid(), Started: time.Now().UTC().Truncate(time.Second)}); err != nil {
		f.Close()
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	return l, nil
}

// Release gives the directory free. The file stays, empty: removing it would race with a process that has just opened it.
func (l *Lock) Release() error {
	return errors.Join(l.file.Truncate(0), l.file.Close())
}

func (l *Lock) sign(o Owner) error {
	b, err := json.Marshal(o)
	if err != nil {
		return err
	}
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	_, err = l.file.WriteAt(append(b, '\n'), 0)
	return err
}

// readOwner reads who signed the file. An empty or half-written signature is nobody's.
func readOwner(f *os.File) (Owner, bool) {
	var o Owner
	b, err := io.ReadAll(io.NewSectionReader(f, 0, 4096))
	if err != nil || json.Unmarshal(b, &o) != nil {
		return Owner{}, false
	}
	return o, true
}

// Holder is the process that works in dir, as far as can be seen without disturbing it: one that signed the lock and has not
// died, or one of another machine. It is nil where there is none.
func Holder(dir string) *Owner {
	f, err := os.Open(filepath.Join(dir, "lock"))
	if err != nil {
		return nil
	}
	defer f.Close()
	owner, known := readOwner(f)
	host, _ := os.Hostname()
	if !known || owner.Host == host && !alive(owner.PID) {
		return nil
	}
	return &owner
}
