// Package export holds the Go checks of the networks that the Python files of this folder export: that
// this program's executor gives the golden numbers of each (spec: networks 8).
//
// The exports are large, so the checks read a folder named by REWRITING_EXPORTS, made by
//
//	python scripts/export/export.py all --formula-weights --out FOLDER
//	REWRITING_EXPORTS=FOLDER go test ./scripts/export
//
// and skip without it. One small network of the same parts is in testdata.
package export
