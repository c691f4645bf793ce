// Package fetch downloads the published files that experiments need: weights, sessions, networks.
//
// Addresses stand in one TOML file beside the configs:
//
//	[[file]]
//	name = "files/stylegan2_church-e8ca9fd0.pt"   # path from the TOML file, as configs write it
//	url = ["http://rewriting.csail.mit.edu/data/models/stylegan2_church-e8ca9fd0.pt"]
//
//	[[file]]
//	name = "files/lpips-alex.onnx"                # made here, of files that are downloaded
//	from = ["files/alexnet.pth", "files/lpips/alex.pth"]
//	make = "python scripts/export/export.py lpips-alex --weights {files/alexnet.pth} ... --out {files/lpips-alex.onnx}"
//
// What is made without a download has a command and no parts; it may lie anywhere ("../networks/generator.onnx").
//
// A download continues where an earlier one stopped, as long as the server still has the same file. It counts only when its
// SHA-256 agrees with everything that is known: the "sha256" of the entry, the eight hex digits at the end of its
// name (the custom of the publishers), and the hash that the lock file beside the TOML file remembers from the first time.
// A hash that disagrees stops everything.
//
//	sources, err := fetch.ReadSources("configs/paper/sources.toml")
//	report, err := sources.Fetch(ctx, []string{"files/lpips-alex.onnx"}, fetch.Options{})
package fetch
