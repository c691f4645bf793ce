package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// download brings one file into part, a file that grows over attempts and over runs. Beside it lies what the server
// said about the version of the file: without that, or with another version, the part is begun again.
type download struct {
	File
	Options
	part  string
	known bool // a hash will tell whether the file is complete
}

// errRefused is an answer that another attempt will not change.
var errRefused = errors.New("refused")

// mostBytes bounds a file whose size the list does not give.
const mostBytes = 16 << 30

func (d *download) run(ctx context.Context) error {
	meter := d.Progress(d.Name)
	defer meter.End()
	var reasons []string
	for _, url := range d.URL {
		err := d.from(ctx, url, meter)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if len(d.URL) == 1 {
			return err
		}
		reasons = append(reasons, err.Error())
		d.Log("%s", err)
	}
	return errors.New(strings.Join(reasons, "; "))
}

// from tries one address until the file is complete, or several attempts in a row have brought nothing.
func (d *download) from(ctx context.Context, url string, meter Meter) error {
	pause := d.Pause
	for failures := 0; ; {
		before := d.have()
		err := d.attempt(ctx, url, meter)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil || errors.Is(err, errRefused) {
			return err
		}
		if d.have() > before {
			failures, pause = 0, d.Pause
		} else if failures++; failures >= d.Attempts {
			return fmt.Errorf("%w (%d attempts in a row brought nothing; %d bytes are kept for the next time)", err, failures, d.have())
		}
		d.Log("%s: %s; again in %s", d.Name, err, pause)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
		pause = min(2*pause, time.Minute)
	}
}

// have is how many bytes the part holds.
func (d *download) have() int64 {
	info, err := os.Stat(d.part)
	if err != nil {
		return 0
	}
	return info.Size()
}

func (d *download) versionFile() string { return d.part + ".version" }

// forget removes the note about the version, discard the part as well.
func (d *download) forget() error { return remove(d.versionFile()) }

func (d *download) discard() error { return errors.Join(remove(d.part), d.forget()) }

func remove(name string) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// version is what identifies the file on the server: a strong entity tag, or else the date of its last change.
func version(h http.Header) string {
	if tag := h.Get("ETag"); tag != "" && !strings.HasPrefix(tag, "W/") {
		return tag
	}
	return h.Get("Last-Modified")
}

// attempt asks for what is missing and appends it.
func (d *download) attempt(ctx context.Context, url string, meter Meter) (err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stalled := fmt.Errorf("no byte for %s", d.Stall)
	watch := time.AfterFunc(d.Stall, func() { cancel(stalled) })
	defer watch.Stop()

	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("%w: %w", errRefused, err)
	}
	request.Header.Set("Accept-Encoding", "identity") // bytes as they are stored: positions in a compressed stream mean nothing
	start := d.have()
	if start > d.limit() {
		if err := d.discard(); err != nil {
			return fmt.Errorf("%w: %w", errRefused, err)
		}
		start = 0
	}
	if known, err := os.ReadFile(d.versionFile()); err == nil && start > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", start))
		request.Header.Set("If-Range", string(known))
	}
	response, err := d.Client.Do(request)
	if err != nil {
		return cause(ctx, stalled, err)
	}
	defer response.Body.Close()
	start, total, err := d.answer(response, start, url)
	if err != nil {
		return err
	}
	file, err := d.open(response.Header, start)
	if err != nil {
		return fmt.Errorf("%w: %w", errRefused, err)
	}
	done := start
	body := io.TeeReader(response.Body, tick(func(n int) {
		watch.Reset(d.Stall)
		done += int64(n)
		meter.Set(done, total)
	}))
	_, err = io.Copy(file, io.LimitReader(body, d.limit()+1-start))
	if close := errors.Join(file.Sync(), file.Close()); err == nil && close != nil {
		return fmt.Errorf("%w: %w", errRefused, close)
	}
	switch {
	case err != nil:
		return cause(ctx, stalled, err)
	case done > d.limit():
		return fmt.Errorf("%w: %s sends more than %d bytes", errRefused, url, d.limit())
	case total > 0 && done != total, d.Bytes > 0 && done != d.Bytes:
		return fmt.Errorf("%d bytes of %d came", done, max(total, d.Bytes))
	}
	return nil
}

// cause prefers the stall that ended a request to the cancellation that it looks like.
func cause(ctx context.Context, stalled, err error) error {
	if errors.Is(context.Cause(ctx), stalled) {
		return stalled
	}
	return err
}

type tick func(int)

func (t tick) Write(b []byte) (int, error) { t(len(b)); return len(b), nil }

func (d *download) limit() int64 {
	if d.Bytes > 0 {
		return d.Bytes
	}
	return mostBytes
}

// answer reads the head of a response: where its body belongs, and how long the whole file is (0: not told).
func (d *download) answer(r *http.Response, asked int64, url string) (start, total int64, err error) {
	switch r.StatusCode {
	case http.StatusOK:
		total = max(r.ContentLength, 0)
		if kind := r.Header.Get("Content-Type"); strings.HasPrefix(kind, "text/html") && !strings.HasSuffix(d.Name, ".html") {
			return 0, 0, fmt.Errorf("%w: %s answers with a web page instead of the file", errRefused, url)
		}
	case http.StatusPartialContent:
		if start, total, err = contentRange(r.Header.Get("Content-Range")); err != nil || start != asked {
			return 0, 0, errors.Join(fmt.Errorf("asked for the bytes from %d, the answer is %q; beginning again", asked, r.Header.Get("Content-Range")), d.discard())
		}
	case http.StatusRequestedRangeNotSatisfiable:
		return 0, 0, errors.Join(fmt.Errorf("the server has no byte %d; beginning again", asked), d.discard())
	case http.StatusTooManyRequests, http.StatusRequestTimeout:
		return 0, 0, fmt.Errorf("%s answers %s", url, r.Status)
	default:
		if r.StatusCode >= http.StatusInternalServerError {
			return 0, 0, fmt.Errorf("%s answers %s", url, r.Status)
		}
		return 0, 0, fmt.Errorf("%w: %s answers %s", errRefused, url, r.Status)
	}
	if total == 0 && d.Bytes == 0 && !d.known {
		return 0, 0, fmt.Errorf("%w: %s does not say how long the file is, and no hash of it is known; add bytes or sha256 to %s", errRefused, url, SourcesFile)
	}
	if total > d.limit() || d.Bytes > 0 && total > 0 && total != d.Bytes {
		return 0, 0, fmt.Errorf("%w: %s announces %d bytes, expected %d", errRefused, url, total, d.limit())
	}
	return start, total, nil
}

// contentRange reads "bytes 100-199/1000".
func contentRange(text string) (start, total int64, err error) {
	span, whole, _ := strings.Cut(strings.TrimPrefix(text, "bytes "), "/")
	first, _, _ := strings.Cut(span, "-")
	if start, err = strconv.ParseInt(first, 10, 64); err != nil {
		return 0, 0, err
	}
	if whole != "*" {
		total, err = strconv.ParseInt(whole, 10, 64)
	}
	return start, total, err
}

// open opens the part for writing at start and notes the version that its bytes belong to.
func (d *download) open(h http.Header, start int64) (*os.File, error) {
	if start > 0 {
		return os.OpenFile(d.part, os.O_WRONLY|os.O_APPEND, 0o666)
	}
	if err := d.discard(); err != nil {
		return nil, err
	}
	if v := version(h); v != "" {
		if err := os.WriteFile(d.versionFile(), []byte(v), 0o666); err != nil {
			return nil, err
		}
	}
	return os.OpenFile(d.part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
}
