//go:build !unix

package experiment

// free is 0: it cannot be told here.
func free(string) int64 { return 0 }
