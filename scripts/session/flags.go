package main

import (
	"flag"
	"fmt"
	"strconv"
	"strings"
)

// surveyFlags are the flags of a survey.
type surveyFlags struct {
	pairs, keys, samples               int
	rule, target, add, objects, others string
	kinds, layers, ranks, units, rates string
	truncation                         float64
	seed                               uint64
}

func (o *surveyFlags) register(flags *flag.FlagSet) {
	flags.IntVar(&o.pairs, "survey", 0, "try `n` random sessions, on images that no table uses")
	flags.StringVar(&o.rule, "rule", "smile", "`name` of the rule that a survey measures")
	flags.StringVar(&o.target, "target", "", "`labels` that the labelled pixels shall become; default: the attribute of the rule's name decides")
	flags.StringVar(&o.add, "add", "", "opposite `rule`, for erasures: the survey counts images that still show it")
	flags.StringVar(&o.objects, "objects", "smile,open", "`switches` of the rows that objects are copied from; empty for erasures")
	flags.StringVar(&o.others, "others", "!smile", "`switches` of the rows for paste and keys, and of the images measured; lists are parted by ;")
	flags.StringVar(&o.kinds, "methods", "insert", "`kinds` of methods that a survey tries")
	flags.StringVar(&o.layers, "layers", "7", "`layers` that a survey tries")
	flags.StringVar(&o.ranks, "ranks", "1", "`ranks` that a survey tries")
	flags.StringVar(&o.units, "units", "0", "`numbers` of units that a survey zeroes, or lets be zeroed in the goal of an erasure; 0 is the method's own")
	flags.StringVar(&o.rates, "rates", "0.01", "`rates` that a survey tries")
	flags.IntVar(&o.keys, "context", 16, "`regions` of context of a surveyed session")
	flags.IntVar(&o.samples, "samples", 200, "`images` that a survey measures on")
	flags.Float64Var(&o.truncation, "truncation", 1, "`psi` of a survey's generator")
	flags.Uint64Var(&o.seed, "seed", 1, "`seed` of a survey's random sessions")
}

// survey is the survey that the flags ask for.
func (o *surveyFlags) survey(a author) (*survey, error) {
	w := wish{rule: o.rule, labels: a.context, add: o.add}
	if o.target != "" {
		w.target = strings.Split(o.target, ",")
	}
	for _, list := range strings.Split(o.others, ";") {
		w.samples = append(w.samples, strings.Split(list, ","))
	}
	s, err := newSurvey(a, w, o.truncation, o.samples)
	if err != nil {
		return nil, err
	}
	s.pairs, s.keys, s.seed, s.kinds = o.pairs, o.keys, o.seed, strings.Split(o.kinds, ",")
	if o.objects != "" {
		s.objectSwitches = strings.Split(o.objects, ",")
	}
	for _, f := range []struct {
		name, text string
		into       *[]int
	}{{"layers", o.layers, &s.layers}, {"ranks", o.ranks, &s.ranks}, {"units", o.units, &s.units}} {
		if *f.into, err = numbers(f.text); err != nil {
			return nil, fmt.Errorf("-%s: %w", f.name, err)
		}
	}
	for _, word := range strings.Split(o.rates, ",") {
		rate, err := strconv.ParseFloat(word, 64)
		if err != nil {
			return nil, fmt.Errorf("-rates: %q is not a number", word)
		}
		s.rates = append(s.rates, rate)
	}
	return s, nil
}
