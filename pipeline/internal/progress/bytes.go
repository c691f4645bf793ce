package progress

import (
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
)

// Bytes shows a file that arrives: a bar with rate and time left.
type Bytes struct {
	w    io.Writer
	name string
	bar  *progressbar.ProgressBar
}

// NewBytes shows nothing before the first byte.
func NewBytes(w io.Writer, name string) *Bytes { return &Bytes{w: w, name: name} }

// Set tells how much has come, of total bytes; 0 where that is not known.
func (b *Bytes) Set(done, total int64) {
	if b.bar == nil {
		if total == 0 {
			total = -1 // a spinner
		}
		b.bar = progressbar.NewOptions64(total, progressbar.OptionSetWriter(b.w), progressbar.OptionShowBytes(true), progressbar.OptionSetWidth(24),
			progressbar.OptionSetPredictTime(true), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionSetDescription(b.name))
	}
	_ = b.bar.Set64(done) // a bar that cannot be drawn costs nothing
}

// End ends the line.
func (b *Bytes) End() {
	if b.bar != nil {
		_ = b.bar.Exit()
		_, _ = io.WriteString(b.w, "\n")
	}
}
