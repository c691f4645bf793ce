// Package figure draws the figures of the paper from this program's runs and configs: the same layouts, other pictures.
//
//	f, err := figure.Draw(ctx, 7, []figure.Source{{Config: cfg, Dir: "results/smile"}}, study.Options{})
//	f.PNG, f.SVG       // the same drawing twice
//	f.Caption          // what is to be seen, and the settings that it was made with
//
// Most figures are drawn from the result of a finished run alone; Figs. 1 and 2 compute what they show. Equal runs give equal
// bytes. The rules for outlines, borders and overlays are those of the paper's interface (spec: studio 4, experiments 6).
package figure
