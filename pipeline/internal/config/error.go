package config

import (
	"fmt"
	"slices"
	"strings"
)

// Error is a mistake in a config: the fault of its author, told in one line.
type Error struct {
	Where string `json:"where"` // "configs/smile.toml:12" or "--set"
	Key   string `json:"key"`   // "session.layer"; empty where no key is at fault
	What  string `json:"what"`  // what is wrong and what is allowed
}

func (e *Error) Error() string {
	s := e.Where + ": "
	if e.Key != "" {
		s += e.Key + ": "
	}
	return s + e.What
}

// At is an error about the value at a path such as "session.layer" or "method.0.rank".
func (e *Experiment) At(path, format string, args ...any) *Error {
	return e.doc.at(path, format, args...)
}

func (d *document) at(path, format string, args ...any) *Error {
	where, key := d.where(path), path
	// "method.0.rank" means nothing to the reader of a file with six methods; the name does.
	for _, list := range []string{"method", "metric"} {
		rest, found := strings.CutPrefix(path, list+".")
		if !found {
			continue
		}
		index, field, _ := strings.Cut(rest, ".")
		if name, ok := d.lookup(list + "." + index)["name"].(string); ok && name != "" {
			key = fmt.Sprintf("%s %q", list, name)
			if field != "" {
				key += " " + field
			}
		}
	}
	return &Error{Where: where, Key: key, What: fmt.Sprintf(format, args...)}
}

// Suggest names the closest of the known words, as an addition to a message, or lists them all.
func Suggest(word string, known []string) string {
	best, distance := "", len(word)/3+2
	for _, k := range known {
		if d := edits(strings.ToLower(word), strings.ToLower(k)); d < distance {
			best, distance = k, d
		}
	}
	if best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	sorted := slices.Compact(slices.Sorted(slices.Values(known)))
	return "allowed: " + strings.Join(sorted, ", ")
}

// edits is the Levenshtein distance of two words.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
