package methods

import (
	"context"

	"rewriting/gan"
	"rewriting/sessions"
)

func init() { Register("unmodified", unmodified{}) }

// unmodified is the generator as it is: the reference of every comparison.
type unmodified struct{ weights }

func (unmodified) Describe() Description {
	return Description{Title: "Unmodified", Row: "Unmodified model", About: "The generator as it is; the session is ignored."}
}

func (unmodified) Defaults() Params { return Params{} }

func (unmodified) Check(Params, gan.Layer, *sessions.Session) error { return nil }

func (unmodified) Apply(context.Context, Task) (*Edit, error) { return &Edit{}, nil }
