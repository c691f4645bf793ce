// Package progress shows on a terminal how far a run has come: one bar with rate and time left for the piece
// of work that started first, and one line for each that has ended. Where there is no terminal it shows nothing.
//
//	p := progress.New(os.Stderr)       // nil-like where stderr is no terminal
//	m := p.Start("second moment", "images", 1000)
//	m.Add(10)
//	m.End()
package progress

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"rewriting/pipeline/internal/study"
)

// IsTerminal reports whether w is a terminal.
func IsTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// Bars implements study.Progress on a terminal.
type Bars struct {
	w      io.Writer
	mu     sync.Mutex
	active []*meter // oldest first; the oldest has the bar
}

// New shows bars on w.
func New(w io.Writer) *Bars { return &Bars{w: w} }

type meter struct {
	bars    *Bars
	name    string
	unit    string
	total   int
	done    int
	note    string
	started time.Time
	bar     *progressbar.ProgressBar
}

// Start implements study.Progress.
func (b *Bars) Start(name, unit string, total int) study.Meter {
	b.mu.Lock()
	defer b.mu.Unlock()
	m := &meter{bars: b, name: name, unit: unit, total: total, started: time.Now()}
	b.active = append(b.active, m)
	b.show()
	return m
}

// show draws the bar of the oldest piece of work.
func (b *Bars) show() {
	if len(b.active) == 0 {
		return
	}
	m := b.active[0]
	if m.bar == nil {
		m.bar = progressbar.NewOptions(max(m.total, 1), progressbar.OptionSetWriter(b.w), progressbar.OptionShowCount(),
			progressbar.OptionShowIts(), progressbar.OptionSetItsString(m.unit), progressbar.OptionSetPredictTime(true),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionSetWidth(24), progressbar.OptionClearOnFinish())
	}
	text := m.name
	if len(b.active) > 1 {
		text += fmt.Sprintf(" (and %d more)", len(b.active)-1)
	}
	if m.note != "" {
		text += ", " + m.note
	}
	m.bar.Describe(text)
	m.bar.Set(min(m.done, max(m.total, 1)-1)) // the bar's own end is End's business
}

// Set implements study.Meter.
func (m *meter) Set(done int, note string) {
	m.bars.mu.Lock()
	defer m.bars.mu.Unlock()
	m.done, m.note = done, note
	if m.bars.active[0] == m {
		m.bars.show()
	}
}

// Add implements study.Meter.
func (m *meter) Add(n int) {
	m.bars.mu.Lock()
	defer m.bars.mu.Unlock()
	m.done += n
	if m.bars.active[0] == m {
		m.bars.show()
	}
}

// End implements study.Meter.
func (m *meter) End() {
	b := m.bars
	b.mu.Lock()
	defer b.mu.Unlock()
	if m.bar != nil {
		m.bar.Clear()
	} else if len(b.active) > 0 && b.active[0].bar != nil {
		b.active[0].bar.Clear()
	}
	seconds := time.Since(m.started).Seconds()
	fmt.Fprintf(b.w, "%s: %d %s in %.1f s (%.0f per second)\n", m.name, m.done, m.unit, seconds, float64(m.done)/max(seconds, 1e-9))
	for i, a := range b.active {
		if a == m {
			b.active = append(b.active[:i], b.active[i+1:]...)
			break
		}
	}
	b.show()
}
