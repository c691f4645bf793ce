// Package reflections finds and inverts a rule that binds two places of a picture: the light of windows and its
// reflections on glossy surfaces (Section 5.3, App. G; spec: experiments 5). The generator is a chain of layers (gan.Chain),
// in the paper a Progressive GAN of kitchens.
//
// 1. Window units are those of an early layer (4) whose activations agree best with a segmenter's windows (GAN dissection):
//
//	IoU(u) = P(act_u > t_u and window) / P(act_u > t_u or window),   t_u = exact 0.99 quantile of act_u
//
// 2. The edit E_v sets them inside the mask A of a scene's window, at the output of that layer:
//
//	x_u <- v A + x_u (1 - A)          v high: window, v low: no window
//
// 3. With H8, L8 the outputs of layer 8 under both edits, and R the mask of the reflecting surface, the targets swap the
// reflections and keep the rest:
//
//	T_high = R L8 + (1-R) H8          T_low = R H8 + (1-R) L8
//	loss(W) = mean |T_high - layer8(E_high; W)|^2 + mean |T_low - layer8(E_low; W)|^2
//
// 4. Each layer's weight W is fitted without constraint for a few steps: the layer of the lowest loss holds the rule. Its weight is then
// fitted by projected gradient descent: every ten steps the change of W, as a matrix of input channels by all else,
// is replaced by its best approximation of rank one.
//
// 5. The rule is inverted where the brightness of the reflection changes the other way when the window goes from low to high.
//
// Five lines:
//
//	units, err := reflections.Dissect(ctx, pictures)                  // IoU and spread of every unit
//	edit := reflections.Edit{Layer: 4, Units: reflections.Best(units, 20), High: high, Low: low}
//	objective, err := reflections.NewObjective(chain, scenes, edit, 8)
//	found, err := objective.Solve(ctx, 6, reflections.SolveOptions{Steps: 1000, Rate: 0.01, Rank: 1, ProjectEvery: 10})
//	changes, err := reflections.Measure(found.Chain, scenes, edit)    // brightness in R, high minus low
package reflections
