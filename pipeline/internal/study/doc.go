// Package study runs experiments in run directories: plan with reasons, resume, shards, merge, status, verification and the
// publishing of reports. Experiment is what the commands see. A table of methods and metrics (package experiment) implements it
// on Directory and Plan; every other kind is a Study: an ordered list of stages, each one file or one file per chunk of samples.
//
//	s := study.New(cfg, resolved)                 // config with every default filled in, as TOML
//	features := s.Add(&study.Stage{Name: "features", Path: "chunks/features-KEY", Suffix: ".bin", Chunked: true,
//		Content: study.Content("features", 1).Set("network", hash), Compute: func(ctx, in, part, meter) ([]byte, error) { ... }})
//	fid := s.Add(&study.Stage{Name: "FID", Path: "artefacts/fid-KEY.json", Needs: []*study.Stage{features},
//		Content: study.Content("fid", 1), Compute: func(ctx, in, _, _) ([]byte, error) { b, err := in.Chunks(features) ... }})
//	s.Report = func(ctx, in) (*report.Result, error) { b, err := in.File(fid); ... }
//	outcome, err := s.Run(ctx, "results/fid-layers", study.Options{})
//
// Rules for authors of stages. The content holds everything that the bytes depend on, except the stages in Needs, whose keys are
// added by Add. Compute is a pure function of content, part and the bytes of Needs: two calls give the same bytes, on any machine
// with the same kernels. Stages that need nothing of each other run side by side, all their parts from one pool of workers.
package study
