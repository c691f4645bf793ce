package methods

import (
	"context"
	"fmt"
	"testing"

	"rewriting/gan/latent"
	"rewriting/rewrite"
	"rewriting/rewrite/rewritetest"
	"rewriting/sessions"
)

// BenchmarkStep is one optimiser step of each method on a generator of the size of a world's: 64 pixels,
// 128 to 32 channels, an object of 12x20 pixels.
func BenchmarkStep(b *testing.B) {
	generator := rewritetest.Sized(b, 128, 4, 128, 128, 128, 80, 48)
	table := latent.Table(1, 20, 128)
	object, paste := rewritetest.Rectangle(3, 64, 40, 22, 52, 42), rewritetest.Rectangle(5, 64, 44, 26, 50, 38)
	session := &sessions.Session{Object: &object, Paste: &paste}
	for _, layer := range []int{7, 8} {
		cut, err := generator.Cut(layer)
		if err != nil {
			b.Fatal(err)
		}
		moment, err := rewrite.Measure(b.Context(), cut, table, nil)
		if err != nil {
			b.Fatal(err)
		}
		for _, kind := range []string{"insert", "linear", "unconstrained", "finetune"} {
			if kind == "finetune" && layer != 7 {
				continue // the same for all layers
			}
			b.Run(fmt.Sprintf("%s/layer=%d", kind, layer), func(b *testing.B) {
				m, err := Lookup(kind)
				if err != nil {
					b.Fatal(err)
				}
				task := Task{Cut: cut, Table: table, Session: session, Params: m.Defaults(),
					Moment: func(context.Context) (*rewrite.Moment, error) { return moment, nil }}
				task.Params.Steps = b.N
				b.ReportAllocs()
				if _, err := m.Apply(b.Context(), task); err != nil {
					b.Fatal(err)
				}
			})
		}
	}
}
