// Command session writes an editing session for a world without a brush: its masks are the label maps of
// rendered scenes.
//
//	go run ./scripts/session -select smile,open                      # rows that could be the object
//	go run ./scripts/session -select '!smile,!glasses' -limit 20     # rows for paste and keys
//	go run ./scripts/session -object 8 -paste 3 -keys 3,11,14 -out sessions/faces/smile.json
//	go run ./scripts/session -survey 8 -layers 7,8 -rates 0.01       # which of 8 random sessions generalise
//	go run ./scripts/session -world churches -rule spire -objects spire -others dome -labels spire -context-labels dome -target spire -survey 4
//	go run ./scripts/session -world churches -rule watermark -add 'add watermark' -objects '' -others 'watermark;bottom' -labels watermark -methods erase -survey 4
//
// Images are rows of the session's table, RandomState(1) with 1000 rows, as in the paper's sessions. A region is
// every pixel that has one of the labels in the scene of that row, grown by -grow pixels. A survey measures with the
// metrics of the tables, on images that no table uses.
package main

import (
	gocontext "context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"rewriting/gan/latent"
	"rewriting/sessions"
	"rewriting/worlds"
	_ "rewriting/worlds/churches"
	_ "rewriting/worlds/faces"
)

// tableRows is the length of the session's table of latents.
const tableRows = 1000

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "session:", err)
		os.Exit(1)
	}
}

// author makes regions from the scenes of a world.
type author struct {
	world       worlds.World
	labels      []string // of the object
	context     []string // of paste and keys
	grow, scale int
}

func run(args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("session", flag.ContinueOnError)
	name := flags.String("world", "faces", "`name` of the world")
	object := flags.Int("object", -1, "`row` of the image to copy from")
	paste := flags.Int("paste", -1, "`row` of the image to paste into")
	keys := flags.String("keys", "", "`rows` of the context images, comma-separated")
	labels := flags.String("labels", "lips,mouth inside,teeth", "`names` of the labels that are painted")
	context := flags.String("context-labels", "", "`names` of the labels that are painted in paste and keys; default are those of -labels")
	grow := flags.Int("grow", 1, "`pixels` by which regions are grown")
	scale := flags.Int("scale", 1, "`factor` by which masks are enlarged")
	choose := flags.String("select", "", "list rows whose `switches` are on, or off with a leading !")
	limit := flags.Int("limit", 40, "most `rows` that -select lists")
	out := flags.String("out", "", "`file` to write; default is standard output")
	var o surveyFlags
	o.register(flags)
	if err := flags.Parse(args); err != nil {
		return err
	}
	world, err := worlds.Open(*name)
	if err != nil {
		return err
	}
	if *choose != "" {
		return list(stdout, world, strings.Split(*choose, ","), *limit)
	}
	rows, err := numbers(*keys)
	if err != nil {
		return fmt.Errorf("-keys: %w", err)
	}
	a := author{world: world, labels: strings.Split(*labels, ","), grow: *grow, scale: *scale}
	if a.context = a.labels; *context != "" {
		a.context = strings.Split(*context, ",")
	}
	if o.pairs > 0 {
		s, err := o.survey(a)
		if err != nil {
			return err
		}
		return s.run(gocontext.Background(), stdout)
	}
	s, err := a.session(*object, *paste, rows)
	if err != nil {
		return err
	}
	if *out == "" {
		return s.Write(stdout)
	}
	return save(s, *out)
}

func (a author) session(object, paste int, keys []int) (*sessions.Session, error) {
	provenance, err := json.Marshal(map[string]any{"world": a.world.Name(), "labels": a.labels, "context labels": a.context, "grow": a.grow})
	if err != nil {
		return nil, err
	}
	s := &sessions.Session{Extra: map[string]json.RawMessage{"made_from": provenance}}
	for _, f := range []struct {
		row    int
		labels []string
		into   **sessions.Region
	}{{object, a.labels, &s.Object}, {paste, a.context, &s.Paste}} {
		if f.row < 0 {
			continue
		}
		r, err := a.region(f.row, f.labels)
		if err != nil {
			return nil, err
		}
		*f.into = &r
	}
	for _, row := range keys {
		r, err := a.region(row, a.context)
		if err != nil {
			return nil, err
		}
		s.Key = append(s.Key, r)
	}
	if s.Object == nil && s.Paste == nil && s.Key == nil {
		return nil, fmt.Errorf("nothing to write: give -object, -paste and -keys")
	}
	return s, nil
}

func (a author) region(row int, labels []string) (sessions.Region, error) {
	if row < 0 || row >= tableRows {
		return sessions.Region{}, fmt.Errorf("row %d: the table has rows 0 to %d", row, tableRows-1)
	}
	var values []uint8
	for _, label := range labels {
		i := slices.Index(a.world.Labels(), label)
		if i < 0 {
			return sessions.Region{}, fmt.Errorf("label %q: the world %s has %s", label, a.world.Name(), strings.Join(a.world.Labels(), ", "))
		}
		values = append(values, uint8(i))
	}
	picture := a.world.Render(latent.Table(1, row+1, a.world.LatentDim()).Item(row).Data)
	return sessions.FromLabels(sessions.Labels{Image: row, Size: picture.Size, Value: picture.Label}, values, a.grow, a.scale)
}

// list prints the rows of the table whose switches are as wanted.
func list(w io.Writer, world worlds.World, switches []string, limit int) error {
	table := latent.Table(1, tableRows, world.LatentDim())
	found := 0
	for row := 0; row < tableRows && found < limit; row++ {
		match, err := matches(world, table.Item(row).Data, [][]string{switches})
		if err != nil {
			return err
		}
		if match {
			fmt.Fprintln(w, row)
			found++
		}
	}
	return nil
}

func numbers(text string) ([]int, error) {
	if text == "" {
		return nil, nil
	}
	var all []int
	for _, word := range strings.Split(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil {
			return nil, fmt.Errorf("%q is not a row number", word)
		}
		all = append(all, n)
	}
	return all, nil
}

func save(s *sessions.Session, path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := s.Write(f); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
