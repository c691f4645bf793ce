package onnx

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// ErrNoGolden is what SelfTest returns for a model without the metadata property "golden".
var ErrNoGolden = errors.New("the model carries no golden case (metadata property \"golden\")")

// golden is the JSON of the metadata property: one input with its expected outputs, or chosen elements of them.
type golden struct {
	Inputs  map[string]goldenArray `json:"inputs"`
	Outputs map[string]goldenArray `json:"outputs"`
	RTol    float64                `json:"rtol"`
	ATol    float64                `json:"atol"`
}

// goldenArray holds little-endian elements in base64. Scale is an expression of x such as "x/127.5-1",
// applied to inputs stored as bytes. Index lists the flat positions that Data holds; none means all.
type goldenArray struct {
	Shape []int  `json:"shape"`
	Type  string `json:"dtype"`
	Scale string `json:"scale"`
	Index []int  `json:"index"`
	Data  string `json:"data"`
}

// SelfTest runs the case stored in the model and compares within its tolerances, element by
// element: |got-want| <= atol + rtol*|want|. It finds swapped channels, a wrong input range, a
// damaged weight or a wrong kernel before any result depends on them.
func (m *Model) SelfTest() error {
	text, ok := m.metadata["golden"]
	if !ok {
		return m.errorf("%w", ErrNoGolden)
	}
	var g golden
	if err := json.Unmarshal([]byte(text), &g); err != nil {
		return m.errorf("golden case: %w", err)
	}
	if len(g.Outputs) == 0 {
		return m.errorf("golden case has no outputs")
	}
	inputs := map[string]*Value{}
	for name, a := range g.Inputs {
		v, err := a.value()
		if err != nil {
			return m.errorf("golden input %q: %w", name, err)
		}
		inputs[name] = v
	}
	names := make([]string, 0, len(g.Outputs))
	for name := range g.Outputs {
		names = append(names, name)
	}
	got, err := m.RunOutputs(context.Background(), inputs, names)
	if err != nil {
		return err
	}
	for name, want := range g.Outputs {
		if err := want.matches(got[name], g.RTol, g.ATol); err != nil {
			return m.errorf("self-test: output %q: %w", name, err)
		}
	}
	return nil
}

// floats decodes Data; uint8 elements pass through Scale.
func (a goldenArray) floats() ([]float32, error) {
	raw, err := base64.StdEncoding.DecodeString(a.Data)
	if err != nil {
		return nil, err
	}
	scale, err := parseScale(a.Scale)
	if err != nil {
		return nil, err
	}
	v := &Value{}
	switch a.Type {
	case "uint8":
		out := make([]float32, len(raw))
		for i, b := range raw {
			out[i] = scale(float32(b))
		}
		return out, nil
	case "float32":
		v.Type = Float32
		err = v.fromRaw(raw, len(raw)/4)
		for i, x := range v.F32 {
			v.F32[i] = scale(x)
		}
		return v.F32, err
	}
	return nil, fmt.Errorf("dtype %q; uint8 or float32 is needed", a.Type)
}

func (a goldenArray) value() (*Value, error) {
	data, err := a.floats()
	if err != nil {
		return nil, err
	}
	v := &Value{Type: Float32, Shape: a.Shape, F32: data}
	if err := v.check(); err != nil {
		return nil, fmt.Errorf("the array %w", err)
	}
	return v, nil
}

func (a goldenArray) matches(got *Value, rtol, atol float64) error {
	want, err := a.floats()
	if err != nil {
		return err
	}
	if got.Type != Float32 || !equalShape(got.Shape, a.Shape) {
		return fmt.Errorf("got %v, want float32%v", got, a.Shape)
	}
	if n := len(got.F32); a.Index == nil && len(want) != n || a.Index != nil && len(want) != len(a.Index) || len(want) == 0 {
		return fmt.Errorf("%d expected elements for an output of %d", len(want), n)
	}
	for i, w := range want {
		at := i
		if a.Index != nil {
			at = a.Index[i]
		}
		if at < 0 || at >= len(got.F32) {
			return fmt.Errorf("index %d is outside %v", at, got)
		}
		x := got.F32[at]
		if !(math.Abs(float64(x)-float64(w)) <= atol+rtol*math.Abs(float64(w))) {
			return fmt.Errorf("element %d is %v, want %v (rtol %g, atol %g): weights, kernels or input order are not what the model was checked with",
				at, x, w, rtol, atol)
		}
	}
	return nil
}

// parseScale reads "x" followed by any number of operations with a constant, applied left to right: "x/127.5-1".
func parseScale(s string) (func(float32) float32, error) {
	rest, ok := strings.CutPrefix(strings.ReplaceAll(s, " ", ""), "x")
	if s != "" && !ok {
		return nil, fmt.Errorf("scale %q does not begin with x", s)
	}
	type step struct {
		op byte
		c  float32
	}
	var steps []step
	for rest != "" {
		end := 1 + strings.IndexAny(rest[1:], "+-*/")
		if end == 0 {
			end = len(rest)
		}
		c, err := strconv.ParseFloat(rest[1:end], 32)
		if err != nil || !strings.ContainsRune("+-*/", rune(rest[0])) {
			return nil, fmt.Errorf("scale %q is not x followed by operations with constants", s)
		}
		steps = append(steps, step{rest[0], float32(c)})
		rest = rest[end:]
	}
	return func(x float32) float32 {
		for _, s := range steps {
			switch s.op {
			case '+':
				x += s.c
			case '-':
				x -= s.c
			case '*':
				x *= s.c
			case '/':
				x /= s.c
			}
		}
		return x
	}, nil
}
