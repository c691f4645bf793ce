package report

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"rewriting/metrics"
	"rewriting/sessions"
	"rewriting/worlds"
	_ "rewriting/worlds/faces"
)

// synthetic is a Result with invented numbers in the paper's shape and pictures of the world of faces:
// six rows with scores and one that failed.
func synthetic(t testing.TB) *Result {
	t.Helper()
	world, err := worlds.Open("faces")
	if err != nil {
		t.Fatal(err)
	}
	columns := []metrics.Column{
		{Key: "smiling", Title: "% smiling", Kind: metrics.Rate, Direction: metrics.Higher, Role: metrics.Efficacy, Unit: "%", Digits: 1, Version: 1,
			Meaning: "1 where the network sees smile in the edited image", Protocol: "world:faces/attributes (sha256 0123456789ab), logit of smile > 0; input RGB in [-1,1]"},
		{Key: "smiling-negatives", Title: "% smiling of those that were not", Kind: metrics.Rate, Direction: metrics.Higher, Role: metrics.Efficacy, Unit: "%", Digits: 1, Version: 1,
			Meaning: "the same, over samples whose scene has \"smile\" off", Protocol: "as before"},
		{Key: "lpips", Title: "LPIPS (masked)", Kind: metrics.Mean, Direction: metrics.Lower, Role: metrics.Outside, Digits: 4, Version: 1,
			Meaning: "perceptual distance between the clean and the edited image, mean over the pixels outside the object", Protocol: "distance map of world:faces/lpips (sha256 ba9876543210)"},
		{Key: "cf", Title: "Counterfactual LPIPS outside", Kind: metrics.Mean, Direction: metrics.Lower, Role: metrics.Target, Digits: 4, Version: 1,
			Meaning: "distance of the edited image to the generator's own picture of the latent moved to smile", Protocol: "as before"},
		{Key: "px", Title: "pixels", Kind: metrics.Mean, Hidden: true, Version: 1},
	}
	methods := []struct {
		title, kind        string
		smile, change, aim float64
	}{
		{"Ours", "insert", .97, .011, .09}, {"Direct optimization of Λ", "linear", .93, .013, .11},
		{"Single-image direction", "single-image", .22, .009, .20}, {"Single layer, no direction", "unconstrained", .99, .078, .32},
		{"Finetuning all weights", "finetune", .995, .19, .36}, {"Unmodified", "unmodified", .02, 0, .23},
	}
	r := rand.New(rand.NewPCG(1, 2))
	const n = 400
	had := make([]bool, n)
	common := make([]float64, n)
	for i := range had {
		had[i], common[i] = r.Float64() < .5, math.Exp(.4*r.NormFloat64())
	}
	var scored []Scored
	for _, m := range methods {
		s := make(metrics.Scores, len(columns))
		for i := range n {
			yes := 0.
			if had[i] && r.Float64() < .98 || r.Float64() < m.smile {
				yes = 1
			}
			negative := yes
			if had[i] {
				negative = math.NaN()
			}
			noise := common[i] * math.Exp(.2*r.NormFloat64())
			for k, v := range []float64{yes, negative, m.change * noise, m.aim * noise, 4096} {
				s[k] = append(s[k], v)
			}
		}
		scored = append(scored, Scored{Title: m.title, Kind: m.kind, Scores: s})
	}
	scored[0].Params = []Fact{{"rank", "1"}, {"rate", "0.01"}, {"layer", "7"}}
	scored = append(scored, Scored{Title: "NBB, direct copying", Kind: "nbb-copy", Failed: "network nets/vgg19.onnx: no such file"})

	picture := func(seed uint64, smile bool) []byte {
		z := latent(seed)
		p := world.Render(z)
		if smile {
			if p, err = world.Counterfactual(z, "smile"); err != nil {
				t.Fatal(err)
			}
		}
		pix := make([]byte, len(p.RGB))
		for i, v := range p.RGB {
			pix[i%(p.Size*p.Size)*3+i/(p.Size*p.Size)] = byte(255 * min(max(v*.5+.5, 0), 1))
		}
		return pix
	}
	raw := func(seed uint64, smile bool) Image { return encoded(picture(seed, smile), world.Size()) }
	mouth := brush(85, 160, 170, 200)
	result := &Result{
		Title: "Smile", Reference: "Ours",
		Facts:   []Fact{{"Generator", "world:faces, StyleGAN2, 64 px, psi 1"}, {"Session", "sessions/faces/smile.json, layer 7"}, {"Samples", "400, seeds 0 to 399"}, {"Preset", "world"}},
		Columns: columns, Rows: Tabulate(columns, scored, "Ours"),
		Session: &Session{File: "sessions/faces/smile.json",
			Object: ObjectImage(picture(3, true), 64, mouth, "image 3"),
			Paste:  PasteImage(picture(9, false), 64, sessions.Box{Top: 10, Left: 5, Bottom: 13, Right: 11}, 16, "image 9, layer 7")},
		Curves:     []Curve{{Row: "Ours", Every: 1, Loss: decay(2001, .3, .02)}, {Row: "Single layer, no direction", Every: 1, Loss: decay(2001, .3, .004)}},
		Provenance: []Section{{"Inputs", []Fact{{"generator.pt", "0e5c7f3f9f"}, {"smile.json", "77aa01"}}}, {"Program", []Fact{{"version", "v0.1"}, {"kernels", "avx2"}}}},
		Warnings:   []string{"This is an invented result for looking at the page."},
		Times:      []Timing{{"second moment", 1.4}, {"insert", 5.2}},
	}
	for seed := range uint64(5) {
		result.Session.Context = append(result.Session.Context, *ContextImage(picture(20+seed, false), 64, mouth, "image"))
	}
	for seed := range uint64(12) {
		result.Ranked = append(result.Ranked, Pair{Seed: uint32(40 + seed), Response: Number(9 - seed), Before: raw(40+seed, false), After: raw(40+seed, true)})
	}
	for seed := range uint64(4) {
		s := Sample{Seed: uint32(seed), Clean: raw(seed, false)}
		for k, m := range methods {
			s.Shots = append(s.Shots, Shot{Row: m.title, Image: raw(seed, k < 5), Scores: map[string]Number{
				"smiling": Number(scored[k].Scores[0][seed]), "smiling-negatives": Number(scored[k].Scores[1][seed]), "lpips": Number(scored[k].Scores[2][seed])}})
		}
		result.Samples = append(result.Samples, s)
	}
	table, err := ReadPaper(filepath.Join("..", "..", "..", "results", "paper", "table1.toml"))
	if err != nil {
		t.Fatal(err)
	}
	table.Attach(result, nil)
	return result
}

func latent(seed uint64) []float32 {
	r := rand.New(rand.NewPCG(seed, 1))
	z := make([]float32, 64)
	for i := range z {
		z[i] = float32(r.NormFloat64())
	}
	return z
}

func decay(n int, from, to float64) []float64 {
	loss := make([]float64, n)
	for i := range loss {
		loss[i] = to + (from-to)*math.Exp(-float64(i)/150)*(1+.1*math.Sin(float64(i)))
	}
	return loss
}

func encoded(pix []byte, r int) Image {
	return *(&canvas{r, pix}).image("")
}

// brush is a painted rectangle of a 256-pixel mask.
func brush(left, top, right, bottom int) *sessions.Mask {
	painted := make([]bool, 256*256)
	for y := top; y < bottom; y++ {
		for x := left; x < right; x++ {
			painted[y*256+x] = true
		}
	}
	return sessions.NewMask(painted, 256, 256)
}

// TestWritePage writes the page and the text forms to the folder REPORT_OUT, to be looked at.
func TestWritePage(t *testing.T) {
	dir := os.Getenv("REPORT_OUT")
	if dir == "" {
		t.Skip("set REPORT_OUT to a folder to look at the synthetic report")
	}
	r := synthetic(t)
	page, err := HTML(r)
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"page.html": page, "table.txt": []byte(Text(r, TextOptions{Width: 110})),
		"table.md": []byte(Markdown(r)), "table.csv": []byte(CSV(r)), "table.tex": []byte(LaTeX(r))} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
