// Package write writes small ONNX models: chains of operators with their weights.
//
//	b := write.New("z", 1, 100)
//	b.Node("fc", "Gemm", []string{b.Weight("fc.weight", w), b.Weight("fc.bias", bias)}, "transB", 1)
//	b.Node("end", "Tanh", nil)
//	model, err := onnx.Load(b.Bytes())
package write
