package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"rewriting/gan/checkpoint"
	"rewriting/gan/gantest"
	"rewriting/pipeline/internal/fetch"
	"rewriting/pipeline/internal/report"
)

// fullWidth is configs/paper with everything that a config names: a generator of the published width with random weights, the
// official sessions (from the folder REWRITING_REFERENCE) and all networks with formula weights (from
// the folder REWRITING_EXPORTS, which scripts/export makes).
func fullWidth(t *testing.T, generator string, sizes int) string {
	t.Helper()
	if os.Getenv("REWRITING_SLOW") == "" {
		t.Skip("REWRITING_SLOW is not set")
	}
	reference, exports := os.Getenv("REWRITING_REFERENCE"), os.Getenv("REWRITING_EXPORTS")
	if reference == "" || exports == "" {
		t.Skip("REWRITING_REFERENCE and REWRITING_EXPORTS are not both set")
	}
	dir := paperFolder(t)
	sources, err := fetch.ReadSources(filepath.Join(dir, fetch.SourcesFile))
	if err != nil {
		t.Fatal(err)
	}
	sessions := filepath.Join(reference, "official-sessions", "stylegan")
	for _, f := range sources.Files {
		from := filepath.Join(exports, filepath.Base(f.Name))
		switch folder := filepath.Base(filepath.Dir(f.Name)); {
		case folder == "church":
			from = filepath.Join(sessions, "church", filepath.Base(f.Name))
		case strings.HasSuffix(f.Name, "faces/smile.json"):
			from = filepath.Join(sessions, "celebhq", "smile.json")
		case folder == "faces":
			from = filepath.Join(sessions, "faces", filepath.Base(f.Name))
		case !strings.HasSuffix(f.Name, ".onnx"):
			continue
		}
		if err := os.Remove(sources.Place(f.Name)); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(f.Name, "netpqc.onnx") {
			labelled(t, from, sources.Place(f.Name))
			continue
		}
		if err := os.Symlink(from, sources.Place(f.Name)); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.Create(filepath.Join(dir, "files", generator))
	if err != nil {
		t.Fatal(err)
	}
	if err := checkpoint.Write(file, gantest.FullStyleGAN2(sizes)); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	boundGarbage()
	debug.FreeOSMemory() // the peak shall be the run's
	return dir
}

// labelled copies a segmenter and gives it names: its formula weights came without a label file. An entry of metadata can
// follow the end of a model.
func labelled(t *testing.T, from, to string) {
	t.Helper()
	network, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	const objects, parts = 336, 427
	var labels struct {
		Object   []string            `json:"object"`
		Material []string            `json:"material"`
		Parts    map[string][]string `json:"object_part"`
	}
	for i := range objects {
		labels.Object = append(labels.Object, fmt.Sprintf("object %d", i))
	}
	labels.Object[4], labels.Object[5] = "tree", "building"
	labels.Material = []string{"-", "brick"}
	labels.Parts = map[string][]string{"building": {"dome"}}
	for i := range parts - 1 {
		labels.Parts["building"] = append(labels.Parts["building"], fmt.Sprintf("part %d", i))
	}
	text, err := json.Marshal(labels)
	if err != nil {
		t.Fatal(err)
	}
	field := func(number protowire.Number, body []byte) []byte {
		return protowire.AppendBytes(protowire.AppendTag(nil, number, protowire.BytesType), body)
	}
	entry := append(field(1, []byte("part_labels")), field(2, text)...)
	if err := os.WriteFile(to, append(network, field(14, entry)...), 0o666); err != nil {
		t.Fatal(err)
	}
}

// steps of the optimisers: the paper's 2,001 unless REWRITING_STEPS says less. Finetuning runs two: one of its steps takes
// seconds.
func steps() []string {
	set := []string{"--set", "method.Finetune all.steps=2"}
	if n := os.Getenv("REWRITING_STEPS"); n != "" {
		for _, method := range []string{"Ours", "Direct optimisation of Λ", "Single-image direction", "Single layer, no direction"} {
			set = append(set, "--set", "method."+method+".steps="+n)
		}
	}
	return set
}

// TestFullWidthTables runs configs of the paper at full width on few samples. "go test -v" prints how long it took and
// the largest memory.
func TestFullWidthTables(t *testing.T) {
	for _, c := range []struct {
		config, generator string
		sizes, samples    int
		latents           int // rows of the session's table, with all of its images among them
		memory            int // MiB at most
		rows              int
		preset            string // random networks see no domes, which the paper's preset looks for
	}{
		// Peaks on two cores, of the process: the larger one comes last.
		// Finetuning all weights beside the second moment, and all renderers beside the metrics: 4.0 GiB.
		{"table1-smile", "stylegan2_faces-2858cc2e.pt", 9, 2, 300, 4096, 8, "paper"},
		// Eight renderers with their filters in the form for drawing beside the metrics, among them UPerNet: 4.4 GiB.
		{"table2-spire", "stylegan2_church-e8ca9fd0.pt", 7, 4, 1000, 5120, 8, "code"},
	} {
		t.Run(c.config, func(t *testing.T) {
			dir := fullWidth(t, c.generator, c.sizes)
			args := append([]string{"--json", "run", filepath.Join(dir, c.config+".toml"), "--out", filepath.Join(t.TempDir(), "run"),
				"--set", "preset=" + c.preset, "--set", "generator.truncation=0.5", "--set", "samples.count=" + strconv.Itoa(c.samples),
				"--set", "session.rows=" + strconv.Itoa(c.latents)}, steps()...)
			var out, errs bytes.Buffer
			started := time.Now()
			if code := run(context.Background(), args, &out, &errs); code != 0 {
				t.Fatalf("exit code %d: %s", code, errs.String())
			}
			t.Logf("%s in %s, peak memory %d MiB", c.config, time.Since(started).Round(time.Second), peakMemory())
			var result report.Result
			if err := json.Unmarshal(out.Bytes(), &result); err != nil {
				t.Fatal(err)
			}
			if len(result.Rows) != c.rows {
				t.Errorf("%d rows, want %d", len(result.Rows), c.rows)
			}
			for _, row := range result.Rows {
				if cell, ok := row.Cells["lpips"]; row.Failed != "" || !ok || cell.N == 0 && cell.Excluded == 0 {
					t.Errorf("%s: %s %+v", row.Title, row.Failed, cell)
				}
			}
			for _, timing := range result.Times {
				t.Logf("%6.0f s  %s", timing.Seconds, timing.Name)
			}
			if peakMemory() > c.memory {
				t.Errorf("%d MiB of memory, at most %d allowed", peakMemory(), c.memory)
			}
		})
	}
}

// peakMemory is the largest resident size of this process so far in MiB, zero where the system does not say.
func peakMemory() int {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(b), "VmHWM:")
	kib, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	n, _ := strconv.Atoi(kib)
	return n / 1024
}
