package experiment

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"regexp"
	"slices"

	"rewriting/methods"
	"rewriting/pipeline/internal/config"
)

// fields are the settings of Params by their names in configs.
func fields(p *methods.Params) map[string]reflect.Value {
	v := reflect.ValueOf(p).Elem()
	out := map[string]reflect.Value{}
	for i := range v.NumField() {
		out[v.Type().Field(i).Tag.Get("toml")] = v.Field(i)
	}
	return out
}

// networkKeys are the keys of a method's table that name the network whose features it compares: one output of it, or what
// the method's own settings say.
func networkKeys(allowed []string) []string {
	if slices.Contains(allowed, "feature_weight") {
		return []string{"features", "feature_output"}
	}
	if slices.Contains(allowed, "features") {
		return []string{"features"}
	}
	return nil
}

// params fills in what an entry says over the defaults of its method.
func params(cfg *config.Experiment, entry config.Entry, m methods.Method) (methods.Params, error) {
	p := m.Defaults()
	all := fields(&p)
	allowed := m.Describe().Parameters
	for _, key := range slices.Sorted(maps.Keys(entry.Params)) {
		path := entry.Path + "." + key
		if key == samplesKey {
			continue
		}
		if slices.Contains(networkKeys(allowed), key) {
			if _, ok := entry.Params[key].(string); !ok {
				return p, cfg.At(path, "must be text in quotes")
			}
			continue
		}
		if key == layerKey && len(allowed) > 0 {
			continue
		}
		field, known := all[key]
		if !known || !slices.Contains(allowed, key) {
			if len(allowed) == 0 {
				return p, cfg.At(path, "no such key: kind %q has none besides name and kind", entry.Kind)
			}
			return p, cfg.At(path, "kind %q has no such key (%s)", entry.Kind, config.Suggest(key, allowed))
		}
		if err := assign(field, entry.Params[key]); err != nil {
			return p, cfg.At(path, "%s", err)
		}
	}
	return p, nil
}

// samplesKey is the key of any method's table that limits its samples.
const samplesKey = "samples"

// rowSamples is how many samples an entry is scored on at most; 0 for all.
func rowSamples(cfg *config.Experiment, entry config.Entry) (int, error) {
	value, given := entry.Params[samplesKey]
	if !given {
		return 0, nil
	}
	n, ok := value.(int64)
	if !ok || n < 1 || n > math.MaxInt32 {
		return 0, cfg.At(entry.Path+"."+samplesKey, "must be a whole number from 1, is %v: how many samples this row is scored on", value)
	}
	return int(n), nil
}

// assign puts a TOML value into a field of its type.
func assign(field reflect.Value, value any) error {
	switch field.Kind() {
	case reflect.Int:
		n, ok := value.(int64)
		if !ok || n < math.MinInt32 || n > math.MaxInt32 {
			return fmt.Errorf("must be a whole number, is %v", value)
		}
		field.SetInt(n)
	case reflect.Float64:
		switch n := value.(type) {
		case int64:
			field.SetFloat(float64(n))
		case float64:
			field.SetFloat(n)
		default:
			return fmt.Errorf("must be a number, is %v", value)
		}
	case reflect.Bool:
		b, ok := value.(bool)
		if !ok {
			return fmt.Errorf("must be true or false, is %v", value)
		}
		field.SetBool(b)
	case reflect.String:
		s, ok := value.(string)
		if !ok {
			return fmt.Errorf("must be text in quotes, is %v", value)
		}
		field.SetString(s)
	case reflect.Slice:
		list, ok := value.([]any)
		words := make([]string, len(list))
		for i := range list {
			if words[i], ok = list[i].(string); !ok {
				break
			}
		}
		if !ok {
			return fmt.Errorf("must be a list of texts in quotes, is %v", value)
		}
		field.Set(reflect.ValueOf(words))
	default:
		return errors.New("has a type that configs cannot express")
	}
	return nil
}

var namesKey = regexp.MustCompile(`^([a-z_]+) = `)

// located puts an error of a check of an entry at the key that it begins with ("rank = 99: must be..."), or else at the entry.
func located(cfg *config.Experiment, entry config.Entry, err error) error {
	path := entry.Path
	if m := namesKey.FindStringSubmatch(err.Error()); m != nil {
		if _, given := entry.Params[m[1]]; given {
			path += "." + m[1]
		}
	}
	return cfg.At(path, "%s", err)
}
