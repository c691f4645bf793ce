// Package methods holds the rows of the paper's tables: our rewriting method and the baselines it is
// compared with, one file for each, behind one interface.
//
// A method turns a generator and an editing session into an Edit, the changed tensors and a record of how
// they came about, and an Edit into a Renderer, which draws the image of one sample. An Edit is all that is
// stored; everything after it treats all rows alike, those too that change no weights and work on pixels
// (Neural Best-Buddies, package nbb): their Edit holds pictures.
//
//	m, err := methods.Lookup("insert")
//	params := m.Defaults()
//	err = m.Check(params, cut.Layer(), session)           // every mistake, before any work
//	edit, err := m.Apply(ctx, methods.Task{Cut: cut, Table: table, Session: session, Moment: moment, Params: params})
//	r, err := m.Renderer(task, edit)                      // r.Image(ctx, sample) -> [1,3,R,R]
//
// To add a row, write one file with a type that implements Method and register it in init. Exact rules are
// in spec: method 10 and baselines 1-12.
package methods
