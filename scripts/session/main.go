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
	place       string   // rule after which the object stands where it is pasted; empty: it stands where the context is
	main        bool     // object and paste are the largest of several pieces, such as the main tower
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
	place := flags.String("place", "", "`rule` that draws the object: paste where it then is, and add that to the keys")
	largest := flags.Bool("main", false, "copy and paste the largest piece alone, where the labels have several")
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
	a := author{world: world, labels: strings.Split(*labels, ","), place: *place, main: *largest, grow: *grow, scale: *scale}
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
	provenance, err := json.Marshal(map[string]any{"world": a.world.Name(), "labels": a.labels, "context labels": a.context,
		"place": a.place, "main": a.main, "grow": a.grow})
	if err != nil {
		return nil, err
	}
	s := &sessions.Session{Extra: map[string]json.RawMessage{"made_from": provenance}}
	if object >= 0 {
		marked, err := a.labelled(object, a.labels, "")
		if err != nil {
			return nil, err
		}
		r, err := a.region(object, marked, a.main)
		if err != nil {
			return nil, err
		}
		s.Object = &r
	}
	if paste >= 0 {
		labels := a.context
		if a.place != "" {
			labels = a.labels
		}
		marked, err := a.labelled(paste, labels, a.place)
		if err != nil {
			return nil, err
		}
		r, err := a.region(paste, marked, a.main)
		if err != nil {
			return nil, err
		}
		s.Paste = &r
	}
	for _, row := range keys {
		marked, err := a.labelled(row, a.context, "")
		if err != nil {
			return nil, err
		}
		if a.place != "" {
			after, err := a.labelled(row, a.labels, a.place)
			if err != nil {
				return nil, err
			}
			for i := range marked {
				marked[i] = marked[i] || after[i]
			}
		}
		r, err := a.region(row, marked, false)
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

// labelled marks the pixels of a row's scene that have one of the labels; of the scene after a rule, where one is named.
func (a author) labelled(row int, labels []string, rule string) ([]bool, error) {
	if row < 0 || row >= tableRows {
		return nil, fmt.Errorf("row %d: the table has rows 0 to %d", row, tableRows-1)
	}
	var values []uint8
	for _, label := range labels {
		i := slices.Index(a.world.Labels(), label)
		if i < 0 {
			return nil, fmt.Errorf("label %q: the world %s has %s", label, a.world.Name(), strings.Join(a.world.Labels(), ", "))
		}
		values = append(values, uint8(i))
	}
	z := latent.Table(1, row+1, a.world.LatentDim()).Item(row).Data
	picture := a.world.Render(z)
	if rule != "" {
		var err error
		if picture, err = a.world.Counterfactual(z, rule); err != nil {
			return nil, err
		}
	}
	marked := make([]bool, len(picture.Label))
	for i, v := range picture.Label {
		marked[i] = slices.Contains(values, v)
	}
	if rule == "" {
		return marked, nil
	}
	window, err := a.world.Window(z, rule) // the scene may have more of the kind elsewhere
	for i := range window {
		marked[i] = marked[i] && window[i]
	}
	return marked, err
}

// region paints marked pixels, or the largest piece of them alone.
func (a author) region(row int, marked []bool, largest bool) (sessions.Region, error) {
	size := a.world.Size()
	if largest {
		marked = largestPiece(marked, size)
	}
	painted := make([]uint8, len(marked))
	for i, m := range marked {
		if m {
			painted[i] = 1
		}
	}
	return sessions.FromLabels(sessions.Labels{Image: row, Size: size, Value: painted}, []uint8{1}, a.grow, a.scale)
}

// largestPiece keeps the largest set of marked pixels that hang together by their sides; of equal ones the first.
func largestPiece(marked []bool, size int) []bool {
	piece := make([]int, len(marked)) // 0 where it has not been seen
	best, most, pieces := 0, 0, 0
	for start, m := range marked {
		if !m || piece[start] != 0 {
			continue
		}
		pieces++
		count, open := 0, []int{start}
		piece[start] = pieces
		for len(open) > 0 {
			i := open[len(open)-1]
			open = open[:len(open)-1]
			count++
			for _, next := range []struct {
				i  int
				ok bool
			}{{i - size, i >= size}, {i + size, i < len(marked)-size}, {i - 1, i%size > 0}, {i + 1, i%size < size-1}} {
				if next.ok && marked[next.i] && piece[next.i] == 0 {
					piece[next.i] = pieces
					open = append(open, next.i)
				}
			}
		}
		if count > most {
			best, most = pieces, count
		}
	}
	out := make([]bool, len(marked))
	for i := range out {
		out[i] = best > 0 && piece[i] == best
	}
	return out
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
