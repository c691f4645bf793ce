package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
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
	"rewriting/onnx"
	"rewriting/rewrite"
)

// surveySeed is the first seed of the images that settings are chosen on. The tables use seeds from 0 and
// 1000007 upwards, so nothing is chosen on what it is later measured with.
const surveySeed = 2_000_000

// survey tries settings on several sessions, and prints how each fares on images that no table uses.
type survey struct {
	author
	generator  gan.Generator
	attributes *onnx.Model
	attribute  int // output of the network that tells whether the rule holds
	rule       string
	table      *compute.Tensor

	pairs, keys, samples int
	layers, ranks        []int
	rates                []float64
	kinds                []string
	objects, others      []int // candidate rows: obeying the rule and open; not obeying
	seed                 uint64
	plain                [][]float32 // clean images that do not obey the rule
	latents              [][]float32 // and their latents
}

type trial struct {
	kind         string
	layer, rank  int
	rate         float64
	object       int
	paste        int
	keys         []int
	obeying      float64 // share of the images that now obey the rule
	outside      float64 // mean |edited - clean| outside the window
	cfOut, cfIn  float64 // mean |edited - the generator's own counterfactual| outside and inside
	first, final float64 // loss
	err          error
}

// run draws the candidate sessions, tries every setting on each, and prints one line a trial and then the mean of each setting.
func (s *survey) run(ctx context.Context, w io.Writer) error {
	if err := s.prepare(); err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(s.seed, 1))
	pick := func(from []int, n int) []int {
		shuffled := slices.Clone(from)
		rng.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		return shuffled[:min(n, len(shuffled))]
	}
	var trials []trial
	for range s.pairs {
		object, keys := pick(s.objects, 1)[0], pick(s.others, s.keys)
		for _, kind := range s.kinds {
			for _, layer := range s.layers {
				for _, rank := range s.ranks {
					for _, rate := range s.rates {
						trials = append(trials, trial{kind: kind, layer: layer, rank: rank, rate: rate, object: object, paste: keys[0], keys: keys})
					}
				}
			}
		}
	}
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
				fmt.Fprintf(os.Stderr, "%s layer %d rank %d rate %g, %d -> %d: %.1f %%\n", t.kind, t.layer, t.rank, t.rate, t.object, t.paste, 100*t.obeying)
			}
		})
	}
	for i := range trials {
		next <- &trials[i]
	}
	close(next)
	wait.Wait()
	return report(w, trials)
}

// prepare finds the candidate rows and draws the clean images.
func (s *survey) prepare() error {
	for row := range tableRows {
		z := s.table.Item(row).Data
		obeys, err := s.world.Truth(z, s.rule)
		if err != nil {
			return err
		}
		open, err := s.world.Truth(z, "open")
		if err != nil {
			return err
		}
		switch {
		case obeys && open:
			s.objects = append(s.objects, row)
		case !obeys:
			s.others = append(s.others, row)
		}
	}
	for i := 0; len(s.plain) < s.samples; i++ {
		z := latent.Seed(uint32(surveySeed+i), s.world.LatentDim())
		obeys, err := s.world.Truth(z.Data, s.rule)
		if err != nil {
			return err
		}
		if obeys {
			continue
		}
		image, err := s.generator.Image(z)
		if err != nil {
			return err
		}
		s.plain, s.latents = append(s.plain, image.Data), append(s.latents, z.Data)
	}
	return nil
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
	for i, z := range s.latents {
		image, err := renderer.Image(ctx, methods.Sample{Z: z})
		if err != nil {
			return err
		}
		if err := s.score(t, s.plain[i], z, image); err != nil {
			return err
		}
	}
	n := float64(len(s.latents))
	t.obeying, t.outside, t.cfOut, t.cfIn = t.obeying/n, t.outside/n, t.cfOut/n, t.cfIn/n
	return nil
}

func (s *survey) score(t *trial, clean, z []float32, image *compute.Tensor) error {
	logits, err := s.attributes.Float(image)
	if err != nil {
		return err
	}
	if logits.Data[s.attribute] > 0 {
		t.obeying++
	}
	window, err := s.world.Window(z, s.rule)
	if err != nil {
		return err
	}
	moved, err := s.world.MoveLatent(z, s.rule)
	if err != nil {
		return err
	}
	aim, err := s.generator.Image(compute.From(moved, 1, len(moved)))
	if err != nil {
		return err
	}
	out, _ := split(image.Data, clean, window)
	cfOut, cfIn := split(image.Data, aim.Data, window)
	t.outside, t.cfOut, t.cfIn = t.outside+out, t.cfOut+cfOut, t.cfIn+cfIn
	return nil
}

// split is the mean absolute difference of two images outside and inside a window.
func split(a, b []float32, window []bool) (outside, inside float64) {
	var n [2]int
	var sum [2]float64
	for i := range a {
		where := 0
		if window[i%len(window)] {
			where = 1
		}
		sum[where] += math.Abs(float64(a[i] - b[i]))
		n[where]++
	}
	return sum[0] / float64(max(n[0], 1)), sum[1] / float64(max(n[1], 1))
}

// report prints all trials, best first within a setting, and the mean of each setting.
func report(w io.Writer, trials []trial) error {
	type setting struct {
		kind        string
		layer, rank int
		rate        float64
	}
	groups := map[setting][]trial{}
	var order []setting
	for _, t := range trials {
		key := setting{t.kind, t.layer, t.rank, t.rate}
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], t)
	}
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tab, "method\tlayer\trank\trate\tobject\tpaste\t% obeying\tL1 outside\tcf L1 outside\tcf L1 inside\tloss\tkeys")
	for _, key := range order {
		var mean trial
		n := 0.0
		slices.SortStableFunc(groups[key], func(a, b trial) int {
			if a.obeying != b.obeying {
				return -cmp.Compare(a.obeying, b.obeying)
			}
			return cmp.Compare(a.cfOut, b.cfOut)
		})
		for _, t := range groups[key] {
			name := fmt.Sprintf("%s\t%d\t%d\t%g\t%d\t%d", key.kind, key.layer, key.rank, key.rate, t.object, t.paste)
			if t.err != nil {
				fmt.Fprintf(tab, "%s\t%v\n", name, t.err)
				continue
			}
			fmt.Fprintf(tab, "%s\t%.1f\t%.4f\t%.4f\t%.4f\t%.3f -> %.3f\t%s\n", name, 100*t.obeying, t.outside, t.cfOut, t.cfIn, t.first, t.final, join(t.keys))
			mean.obeying, mean.outside, mean.cfOut, mean.cfIn = mean.obeying+t.obeying, mean.outside+t.outside, mean.cfOut+t.cfOut, mean.cfIn+t.cfIn
			n++
		}
		if n > 0 {
			fmt.Fprintf(tab, "%s\t%d\t%d\t%g\tmean\t\t%.1f\t%.4f\t%.4f\t%.4f\t\t\n", key.kind, key.layer, key.rank, key.rate, 100*mean.obeying/n, mean.outside/n, mean.cfOut/n, mean.cfIn/n)
		}
	}
	return tab.Flush()
}

// join writes rows as -keys takes them.
func join(rows []int) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(rows), "[]"), " ", ",")
}

// newSurvey loads the world's networks.
func newSurvey(a author, rule string, truncation float64) (*survey, error) {
	b, err := a.world.File("generator.pt")
	if err != nil {
		return nil, err
	}
	generator, err := gan.Load(context.Background(), bytes.NewReader(b), gan.Options{Truncation: truncation})
	if err != nil {
		return nil, err
	}
	if b, err = a.world.File("attributes.onnx"); err != nil {
		return nil, err
	}
	attributes, err := onnx.Load(b)
	if err != nil {
		return nil, err
	}
	index := slices.Index(strings.Split(attributes.Metadata()["attributes"], ","), rule)
	if index < 0 {
		return nil, fmt.Errorf("attributes.onnx knows nothing of %q", rule)
	}
	return &survey{author: a, generator: generator, attributes: attributes, attribute: index, rule: rule,
		table: latent.Table(1, tableRows, a.world.LatentDim())}, nil
}
