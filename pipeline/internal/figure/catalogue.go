package figure

import (
	"rewriting/pipeline/internal/config"
	"rewriting/pipeline/internal/report"
)

// catalogue lists the figures of the paper by number.
var catalogue = map[int]entry{
	1: {title: "Successive edits of one model", kind: config.Table, many: true, draw: drawSuccessive, note: "The paper edits a church model three times: watermarks erased, people put in front, towers turned into trees."},
	2: {title: "A key finds its like, and draws alone", kind: config.Table, draw: drawKeys, note: "The paper's Fig. 2c and 2d, of churches."},
	3: edited("a hat put on horses"),
	4: {title: "Methods side by side", kind: config.Table, many: true, draw: drawSideBySide, note: "Which of two pictures looks more realistic is for people to judge: the paper's user study asked 1,000 times a row, and no number here stands for it."},
	5: {title: "Samples under every method", kind: config.Table, draw: fromRun(underRows), note: "The paper's figure shows watermarks of churches; its Table 3 was counted by eye; a number that a program gives is another measure."},
	6: {title: "A rule of light, inverted", kind: config.Reflections,
		draw: fromRun(func(c *caption, r *report.Result) (*sheet, error) { return gallery(c, r, "") }), note: "The paper shows kitchens whose windows are reflected by what stands before them (section 5.3)."},
	7:  edited("a hat put on horses, with all 12 pairs"),
	8:  edited("longer tails of horses"),
	9:  edited("main windows removed from churches"),
	10: edited("fewer trees before churches, rank 10"),
	11: edited("earrings removed"),
	12: edited("glasses removed, rank 3"),
	13: distanceCurves("stylegan2"),
	14: patchGrid("stylegan2", church),
	15: patchGrid("stylegan2", kitchen),
	16: distanceCurves("proggan"),
	17: patchGrid("proggan", church),
	18: patchGrid("proggan", kitchen),
}

// edited is a figure of one rule: all of them have one layout.
func edited(paper string) entry {
	return entry{title: "A rule rewritten", kind: config.Table, draw: fromRun(edit), note: "The paper's figure shows " + paper + ", in this layout."}
}

func distanceCurves(kind string) entry {
	return entry{title: "FID of isolated patches by layer, " + name(kind), kind: config.FIDLayers,
		draw: fromRun(func(c *caption, r *report.Result) (*report.Drawing, error) { return curves(c, r, kind) })}
}

func patchGrid(kind, scene string) entry {
	return entry{title: "Isolated patches, " + name(kind), kind: config.FIDLayers,
		draw: fromRun(func(c *caption, r *report.Result) (*sheet, error) { return patches(c, r, kind, scene) }),
		note: "The paper shows layers 6 and 8 of StyleGAN2 and 5 and 7 of Progressive GAN, of churches and kitchens."}
}
