package onnx

import "slices"

// operators is the table of everything the executor can do. The files named op_*.go enter their operators.
var operators = map[string]operator{}

// Operators lists the names of the implemented operators, sorted.
func Operators() []string {
	names := make([]string, 0, len(operators))
	for name := range operators {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func equalShape(a, b []int) bool { return slices.Equal(a, b) }
