package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/gan/latent"
	"rewriting/methods"
	"rewriting/metrics"
	"rewriting/rewrite"
)

// survey tries settings on several sessions, and prints how each fares on images that no table uses.
type survey struct {
	author
	generator gan.Generator
	scorer    *scorer
	table     *compute.Tensor

	pairs, keys     int
	layers, ranks   []int
	units           []int // units zeroed, by "zero" or in the goal of "erase"; 0 means the method's default
	rates           []float64
	kinds           []string
	objects         []int   // candidate rows to copy from; none for erasures
	others          [][]int // candidate rows for paste and keys; keys are taken from all lists in turn, the paste from the first
	seed            uint64
	objectSwitches  []string
	contextSwitches [][]string
}

type setting struct {
	kind        string
	layer, rank int
	units       int
	rate        float64
}

type trial struct {
	setting
	object, paste int
	keys          []int
	scores        []float64 // by column
	first, final  float64   // loss
	err           error
}

// run draws the candidate sessions, tries every setting on each, and prints one line a trial and then the mean of each setting.
func (s *survey) run(ctx context.Context, w io.Writer) error {
	if err := s.candidates(); err != nil {
		return err
	}
	trials := s.trials()
	moments := map[int]*rewrite.Moment{}
	for _, layer := range s.layers {
		cut, err := s.generator.Cut(layer)
		if err != nil {
			return err
		}
		if moments[layer], err = rewrite.Measure(ctx, cut, s.table, nil); err != nil {
			return err
		}
	}
	var wait sync.WaitGroup
	next := make(chan *trial)
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for t := range next {
				t.err = s.try(ctx, t, moments[t.layer])
				fmt.Fprintf(os.Stderr, "%+v, %d -> %d: %.4g %v\n", t.setting, t.object, t.paste, t.scores, t.err)
			}
		})
	}
	for i := range trials {
		next <- &trials[i]
	}
	close(next)
	wait.Wait()
	return s.report(w, trials)
}

// candidates finds the rows of the table that may serve.
func (s *survey) candidates() error {
	s.others = make([][]int, len(s.contextSwitches))
	for row := range tableRows {
		z := s.table.Item(row).Data
		for i, list := range append([][]string{s.objectSwitches}, s.contextSwitches...) {
			if len(list) == 0 {
				continue // an erasure has no object
			}
			fits, err := matches(s.world, z, [][]string{list})
			switch {
			case err != nil:
				return err
			case !fits:
			case i > 0:
				s.others[i-1] = append(s.others[i-1], row)
			default:
				s.objects = append(s.objects, row)
			}
		}
	}
	for i, rows := range s.others {
		if len(rows) == 0 {
			return fmt.Errorf("no row of the table has %v", s.contextSwitches[i])
		}
	}
	return nil
}

// trials are all settings on sessions drawn at random, the same sessions for every setting.
func (s *survey) trials() []trial {
	rng := rand.New(rand.NewPCG(s.seed, 1))
	shuffled := func(from []int) []int {
		rows := slices.Clone(from)
		rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		return rows
	}
	var trials []trial
	for range s.pairs {
		object := -1
		if len(s.objects) > 0 {
			object = shuffled(s.objects)[0]
		}
		var lists [][]int
		for _, rows := range s.others {
			lists = append(lists, shuffled(rows))
		}
		var keys []int
		for i := 0; len(keys) < s.keys; i++ {
			list := lists[i%len(lists)]
			if i/len(lists) >= len(list) {
				break
			}
			if row := list[i/len(lists)]; !slices.Contains(keys, row) {
				keys = append(keys, row)
			}
		}
		for _, kind := range s.kinds {
			for _, layer := range s.layers {
				for _, rank := range s.ranks {
					for _, units := range s.units {
						for _, rate := range s.rates {
							trials = append(trials, trial{setting: setting{kind, layer, rank, units, rate}, object: object, paste: keys[0], keys: keys})
						}
					}
				}
			}
		}
	}
	return trials
}

// try makes the edit of a trial and measures it.
func (s *survey) try(ctx context.Context, t *trial, moment *rewrite.Moment) error {
	session, err := s.session(t.object, t.paste, t.keys)
	if err != nil {
		return err
	}
	method, err := methods.Lookup(t.kind)
	if err != nil {
		return err
	}
	cut, err := s.generator.Cut(t.layer)
	if err != nil {
		return err
	}
	params := method.Defaults()
	params.Rank, params.Rate = t.rank, t.rate
	if t.units > 0 {
		params.Units, params.DRank = t.units, t.units
	}
	task := methods.Task{Cut: cut, Table: s.table, Session: session, Params: params,
		Moment: func(context.Context) (*rewrite.Moment, error) { return moment, nil }}
	if err := method.Check(params, cut.Layer(), session); err != nil {
		return err
	}
	edit, err := method.Apply(ctx, task)
	if err != nil {
		return err
	}
	if n := len(edit.Losses); n > 0 {
		t.first, t.final = edit.Losses[0], edit.Losses[n-1]
	}
	renderer, err := method.Renderer(task, edit)
	if err != nil {
		return err
	}
	t.scores, err = s.scorer.score(ctx, func(z []float32) (*compute.Tensor, error) {
		return renderer.Image(ctx, methods.Sample{Z: z})
	})
	return err
}

// report prints all trials, best first within a setting, and the mean of each setting.
func (s *survey) report(w io.Writer, trials []trial) error {
	groups := map[setting][]trial{}
	var order []setting
	for _, t := range trials {
		if groups[t.setting] == nil {
			order = append(order, t.setting)
		}
		groups[t.setting] = append(groups[t.setting], t)
	}
	columns := s.scorer.set.Columns()
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(tab, "method\tlayer\trank\tunits\trate\tobject\tpaste")
	for _, c := range columns {
		if !c.Hidden {
			fmt.Fprint(tab, "\t"+c.Key)
		}
	}
	fmt.Fprintln(tab, "\tloss\tkeys")
	for _, key := range order {
		slices.SortStableFunc(groups[key], func(a, b trial) int {
			if a.err != nil || b.err != nil {
				return cmp.Compare(len(b.scores), len(a.scores))
			}
			if columns[0].Direction == metrics.Lower {
				a, b = b, a
			}
			return cmp.Compare(b.scores[0], a.scores[0])
		})
		mean := make([]float64, len(columns))
		n := 0.0
		for _, t := range groups[key] {
			fmt.Fprintf(tab, "%s\t%d\t%d\t%d\t%g\t%d\t%d", key.kind, key.layer, key.rank, key.units, key.rate, t.object, t.paste)
			if t.err != nil {
				fmt.Fprintf(tab, "\t%v\n", t.err)
				continue
			}
			for i, c := range columns {
				mean[i] += t.scores[i]
				if !c.Hidden {
					fmt.Fprintf(tab, "\t%.*f", max(c.Digits, 1), t.scores[i])
				}
			}
			fmt.Fprintf(tab, "\t%.3f -> %.3f\t%s\n", t.first, t.final, join(t.keys))
			n++
		}
		if n == 0 {
			continue
		}
		fmt.Fprintf(tab, "%s\t%d\t%d\t%d\t%g\tmean\t", key.kind, key.layer, key.rank, key.units, key.rate)
		for i, c := range columns {
			if !c.Hidden {
				fmt.Fprintf(tab, "\t%.*f", max(c.Digits, 1), mean[i]/n)
			}
		}
		fmt.Fprintln(tab, "\t\t")
	}
	return tab.Flush()
}

// join writes rows as -keys takes them.
func join(rows []int) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(rows), "[]"), " ", ",")
}

// newSurvey loads the world's networks and draws the clean images that edits are measured on.
func newSurvey(a author, w wish, truncation float64, samples int) (*survey, error) {
	b, err := a.world.File("generator.pt")
	if err != nil {
		return nil, err
	}
	generator, err := gan.Load(context.Background(), bytes.NewReader(b), gan.Options{Truncation: truncation})
	if err != nil {
		return nil, err
	}
	s := &survey{author: a, generator: generator, contextSwitches: w.samples, table: latent.Table(1, tableRows, a.world.LatentDim())}
	s.scorer, err = newScorer(a.world, generator, w, samples)
	return s, err
}
