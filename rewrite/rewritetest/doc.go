// Package rewritetest holds the toy StyleGAN2 and its editing session for which the specification prints
// golden numbers (spec: generators 9.1, method 13). Tests of packages that edit generators use it.
//
//	generator := rewritetest.Generator(t)
//	cut, err := generator.Cut(8)
//	goal, err := rewrite.CopyPaste(cut, rewritetest.Table(), rewritetest.Session(), rewrite.TightPaste)
package rewritetest
