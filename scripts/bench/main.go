// Command bench does the work of the benchmark's rows on request, for bench.py, which does the same work in PyTorch
// in turn. It reads the name of a row per line and answers with one line of JSON: how long one run took, in seconds,
// and some numbers of the result. A row is prepared and run once, untimed, when it is first asked for.
//
//	bench -data DIR -threads 2 < names
package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"rewriting/compute"
)

// answer is the reply to one row.
type answer struct {
	Seconds float64   `json:"seconds"`
	Numbers []float64 `json:"numbers"`
}

// work does a row once and returns numbers by which results are compared.
type work func() ([]float64, error)

func main() {
	data := flag.String("data", ".", "folder with the networks and arrays that bench.py made")
	threads := flag.Int("threads", runtime.NumCPU(), "processors to use")
	flag.Parse()
	runtime.GOMAXPROCS(*threads)
	if err := serve(folder(*data)); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func serve(data folder) error {
	prepared := map[string]work{}
	lines := bufio.NewScanner(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		name := lines.Text()
		if name == "tier" {
			if err := out.Encode(compute.Tier()); err != nil {
				return err
			}
			continue
		}
		run := prepared[name]
		if run == nil {
			prepare, ok := rows[name]
			if !ok {
				return fmt.Errorf("no row %q", name)
			}
			var err error
			if run, err = prepare(data); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			if _, err := run(); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			prepared[name] = run
		}
		runtime.GC() // what earlier rows left behind is not this row's time
		started := time.Now()
		numbers, err := run()
		seconds := time.Since(started).Seconds()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := out.Encode(answer{seconds, numbers}); err != nil {
			return err
		}
	}
	return lines.Err()
}

// folder is where bench.py puts networks and arrays.
type folder string

func (f folder) path(name string) string { return filepath.Join(string(f), name) }

// array reads little-endian float32 numbers.
func (f folder) array(name string, shape ...int) (*compute.Tensor, error) {
	b, err := os.ReadFile(f.path(name + ".f32"))
	if err != nil {
		return nil, err
	}
	t := compute.New(shape...)
	if len(b) != 4*t.Len() {
		return nil, fmt.Errorf("%s has %d bytes, not those of %v", name, len(b), shape)
	}
	for i := range t.Data {
		t.Data[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return t, nil
}

// sample takes at most 64 evenly spread numbers.
func sample[T float32 | float64](x []T) []float64 {
	n := min(64, len(x))
	out := make([]float64, n)
	for i := range out {
		at := 0
		if n > 1 {
			at = i * (len(x) - 1) / (n - 1)
		}
		out[i] = float64(x[at])
	}
	return out
}
