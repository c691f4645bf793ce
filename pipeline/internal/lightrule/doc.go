// Package lightrule runs the reflections experiment (Section 5.3, App. G; package reflections) as stages under the one runner: the
// window units by dissection, the layer sweep, the rank-one rule, and what it does to scenes that it was not fitted on. In a world
// the two places of a scene, and the picture with the reflection inverted, are known; with published masks the scenes are theirs.
//
//	cfg, err := config.Load("configs/reflections.toml", nil)
//	s, err := lightrule.Build(ctx, cfg)
//	outcome, err := s.Run(ctx, "results/reflections", study.Options{})
package lightrule
