package experiment

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"rewriting/gan"
	"rewriting/methods"
	"rewriting/pipeline/internal/config"
	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/source"
)

// layerKey is the key of a method's table that names a layer of its own.
const layerKey = "layer"

// addRows adds the rows of one [[method]]: one, or one per value where it lists values of a setting.
func (e *Experiment) addRows(entry config.Entry, nets *source.Networks) error {
	m, err := methods.Lookup(entry.Kind)
	if err != nil {
		return e.Config.At(entry.Path+".kind", "no method of kind %q (%s)", entry.Kind, config.Suggest(entry.Kind, methods.Kinds()))
	}
	if values, listed := entry.Params[layerKey].([]any); listed {
		// Rows are named by number, and a layer listed by number and by name is listed twice.
		numbers := make([]any, len(values))
		for i, v := range values {
			cut, err := e.ownCut(entry.Path+"."+layerKey, v)
			if err != nil {
				return err
			}
			numbers[i] = int64(cut.Layer().Number)
		}
		entry = entry.With(layerKey, numbers)
	}
	all, err := sweep(e.Config, entry, m)
	if err != nil {
		return err
	}
	for _, v := range all {
		if err := e.addRow(v, m, nets); err != nil {
			return err
		}
	}
	return nil
}

func (e *Experiment) addRow(v variant, m methods.Method, nets *source.Networks) error {
	cfg, entry := e.Config, v.Entry
	p, err := params(cfg, entry, m)
	if err != nil {
		return err
	}
	cut := e.Cut
	if value, own := entry.Params[layerKey]; own {
		if cut, err = e.ownCut(entry.Path+"."+layerKey, value); err != nil {
			return err
		}
	}
	if err := m.Check(p, cut.Layer(), e.Session); err != nil {
		return located(cfg, entry, err)
	}
	row := Row{Name: entry.Name, Kind: entry.Kind, Base: v.base, Swept: v.swept, Entry: entry, Method: m,
		Task: methods.Task{Cut: cut, Table: e.Table, Session: e.Session, Params: p, Shared: &e.shared}}
	if row.Samples, err = rowSamples(cfg, entry); err != nil {
		return err
	}
	if name, ok := entry.Params["features"].(string); ok {
		net, err := nets.Get(name)
		if err != nil {
			return cfg.At(entry.Path+".features", "%s", err)
		}
		output, _ := entry.Params["feature_output"].(string)
		if output == "" && slices.Contains(networkKeys(m.Describe().Parameters), "feature_output") {
			return cfg.At(entry.Path+".features", "needs feature_output: which value of the network is compared")
		}
		row.Task.Features, row.Task.FeatureOutput = net.Model, output
	}
	if c, ok := m.(methods.TaskChecker); ok {
		if err := c.CheckTask(row.Task); err != nil {
			return located(cfg, entry, err)
		}
	}
	row.Inputs = nets.Take()
	e.Rows = append(e.Rows, row)
	return nil
}

// ownCut is the layer that a method names for itself.
func (e *Experiment) ownCut(key string, value any) (gan.Cut, error) {
	switch v := value.(type) {
	case int64:
		return e.cutAt(key, config.Layer{Number: int(v)})
	case string:
		return e.cutAt(key, config.Layer{Name: v})
	}
	return nil, e.Config.At(key, "must be the number or the name of a layer, is %v", value)
}

// cutOf is the layer that a row edits.
func (e *Experiment) cutOf(row *Row) gan.Cut {
	if row.Task.Cut != nil {
		return row.Task.Cut
	}
	return e.Cut
}

// checkRows finds mistakes that only all rows together show.
func (e *Experiment) checkRows() error {
	var names []string
	for i := range e.Rows {
		row := &e.Rows[i]
		if slices.Contains(names, row.Name) {
			return e.Config.At(row.Entry.Path, "gives a row %q, which another method is called; names must differ", row.Name)
		}
		names = append(names, row.Name)
	}
	want := e.Config.Compare.Reference
	if !slices.ContainsFunc(e.Rows, func(r Row) bool { return r.Name == want || r.Base == want }) {
		return e.Config.At("compare.reference", "no row has the name %q (%s)", want, config.Suggest(want, names))
	}
	for i := range e.Rows {
		if row, all := &e.Rows[i], e.Config.Samples.Count; row.Name == e.reference() && row.Of(all) < all {
			return e.Config.At(row.Entry.Path+"."+samplesKey, "is below samples.count, %d, but all rows are compared with this one (compare.reference)", all)
		}
	}
	return nil
}

// reference is the name of the row that differences are taken from: of a method that lists values, the first.
func (e *Experiment) reference() string {
	for _, row := range e.Rows {
		if row.Base == e.Config.Compare.Reference {
			return row.Name
		}
	}
	return e.Config.Compare.Reference
}

// variant is a method of the config with one value for every setting.
type variant struct {
	config.Entry
	base  string        // the name in the config, where the entry lists values
	swept []report.Fact // which
}

// mostRows keeps a slip of the finger from filling a disk.
const mostRows = 200

// sweep lists what one [[method]] stands for. Where it lists values of settings that have one, there is a variant for every value, and for
// every combination where it lists values of several: "Ours, rank 3". The settings vary in the order in which the method describes them,
// the layer first, the last one fastest.
func sweep(cfg *config.Experiment, entry config.Entry, m methods.Method) ([]variant, error) {
	all := []variant{{Entry: entry}}
	p := m.Defaults()
	single := fields(&p)
	for _, key := range append([]string{layerKey}, m.Describe().Parameters...) {
		values, listed := entry.Params[key].([]any)
		if field, ok := single[key]; !listed || ok && field.Kind() == reflect.Slice {
			continue
		}
		if len(values) == 0 {
			return nil, cfg.At(entry.Path+"."+key, "lists no values")
		}
		if len(values)*len(all) > mostRows {
			return nil, cfg.At(entry.Path+"."+key, "gives more than %d rows", mostRows)
		}
		var more []variant
		for _, v := range all {
			for i, value := range values {
				if slices.ContainsFunc(values[:i], func(o any) bool { return reflect.DeepEqual(o, value) }) {
					return nil, cfg.At(entry.Path+"."+key, "lists %v twice", value)
				}
				more = append(more, v.with(key, value, entry.Name))
			}
		}
		all = more
	}
	return all, nil
}

func (v variant) with(key string, value any, base string) variant {
	fact := report.Fact{Name: key, Value: fmt.Sprint(value)}
	v.Entry, v.base, v.swept = v.Entry.With(key, value), base, append(slices.Clone(v.swept), fact)
	v.Name += ", " + strings.ReplaceAll(key, "_", " ") + " " + fact.Value
	return v
}
