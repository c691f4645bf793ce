package config

import "slices"

// numbers is a list of whole numbers from 1 to high.
func (t *table) numbers(key string, standard []int, high int) []int {
	switch v := t.get(key).(type) {
	case nil:
		return standard
	case []any:
		var out []int
		for _, x := range v {
			n, ok := x.(int64)
			if !ok || n < 1 || n > int64(high) {
				t.fail(key, "must be a list of whole numbers from 1 to %d, holds %v", high, x)
				return standard
			}
			out = append(out, int(n))
		}
		return out
	default:
		t.fail(key, "must be a list of whole numbers, is %s", kindOf(v))
		return standard
	}
}

// distinct is numbers without any twice, and at least one where there is a standard.
func (t *table) distinct(key string, standard []int, high int) []int {
	out := t.numbers(key, standard, high)
	for i, n := range out {
		if slices.Contains(out[:i], n) {
			t.fail(key, "holds %d twice", n)
		}
	}
	if len(out) == 0 && len(standard) > 0 {
		t.fail(key, "must hold at least one number")
	}
	return out
}

// words is a list of texts, or one alone; at least one is required.
func (t *table) words(key string) []string {
	switch v := t.get(key).(type) {
	case nil:
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, x := range v {
			s, ok := x.(string)
			if !ok || s == "" {
				t.fail(key, "must be a list of texts in quotes, holds %v", x)
				return nil
			}
			out = append(out, s)
		}
		if len(out) > 0 {
			return out
		}
	default:
		t.fail(key, "must be a list of texts in quotes, is %s", kindOf(v))
		return nil
	}
	t.missing(key, "is required, such as %s = [\"feat5\"]", key)
	return nil
}

// list is an array of tables with at least one.
func (t *table) list(key string) []map[string]any {
	switch v := t.get(key).(type) {
	case []map[string]any:
		if len(v) > 0 {
			return v
		}
	case nil:
	default:
		t.fail(key, "must be a list of tables, each written [[%s]]; is %s", join(t.path, key), kindOf(v))
		return nil
	}
	t.missing(key, "at least one [[%s]] is required", join(t.path, key))
	return nil
}

// texts are all keys of the table with their texts; nil where it is empty.
func (t *table) texts() map[string]string {
	var out map[string]string
	for key := range t.m {
		if out == nil {
			out = map[string]string{}
		}
		out[key] = t.text(key, "")
	}
	return out
}
