package report

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// JSON is the whole Result, indented; ReadJSON reads it back.
func JSON(r *Result) ([]byte, error) {
	copied := *r
	copied.Schema = Schema
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(copied); err != nil {
		return nil, fmt.Errorf("report %q: %w", r.Title, err)
	}
	return b.Bytes(), nil
}

// ReadJSON reads what JSON wrote, of this schema or an older one.
func ReadJSON(b []byte) (*Result, error) {
	var r Result
	if err := json.Unmarshal(b, &r); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	if r.Schema < 1 || r.Schema > Schema {
		return nil, fmt.Errorf("report of schema %d: this program reads 1 to %d", r.Schema, Schema)
	}
	return &r, nil
}
