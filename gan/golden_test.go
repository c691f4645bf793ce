package gan_test

import (
	"math"
	"testing"

	"rewriting/compute"
	"rewriting/gan"
)

// Golden numbers of the released Python on the toy (spec: generators, section 9.1). Sums of some thousand float32 values
// agree to 1e-6; single values are printed with six decimals.
const sumTolerance = 1e-6

func checkGolden(t *testing.T, name string, x *compute.Tensor, sum, abs float64, first ...float64) {
	t.Helper()
	var s, a float64
	for _, v := range x.Data {
		s += float64(v)
		a += math.Abs(float64(v))
	}
	if math.Abs(s-sum) > sumTolerance*abs || math.Abs(a-abs) > sumTolerance*abs {
		t.Errorf("%s: sum %.6f, sum of magnitudes %.6f; want %.6f and %.6f", name, s, a, sum, abs)
	} else {
		t.Logf("%s: relative errors %.1e and %.1e", name, math.Abs(s-sum)/abs, math.Abs(a-abs)/abs)
	}
	for i, w := range first {
		if math.Abs(float64(x.Data[i])-w) > 1e-6*max(1, math.Abs(w)) {
			t.Errorf("%s: element %d is %.6f, want %.6f", name, i, x.Data[i], w)
		}
	}
}

func TestToyLayersMatchTheReleasedPython(t *testing.T) {
	g := toy(t)
	z := rows(1)
	for _, c := range []struct {
		layer    int
		sum, abs float64
		first    []float64
	}{
		{3, 125.103107, 227.287763, []float64{.592722, .132327, .062929, .286332}},
		{4, 157.110079, 203.056747, nil},
		{5, 194.114403, 428.786431, []float64{-.018789, .011863, -.023390, -.068782}},
		{6, 321.119358, 432.933469, nil},
		{7, 611.639696, 1131.248144, []float64{.104792, .059385, .039150, .015713}},
		{8, 1396.734032, 1636.634954, []float64{-.037111, -.015702, -.008493, .006461}},
	} {
		cut := cutAt(t, g, c.layer)
		v := target(t, cut, contextOf(t, cut, z))
		checkGolden(t, cut.Layer().Name, v, c.sum, c.abs, c.first...)
	}
}

func TestToyStylesMatchTheReleasedPython(t *testing.T) {
	cut := cutAt(t, toy(t), 3)
	w := contextOf(t, cut, rows(1)).Latent
	for i, want := range []float64{.1132, .2442, .0922, .1441, .1014, .3040, .1513, .0352} {
		if math.Abs(float64(w.Data[i])-want) > 6e-5 { // printed with four decimals
			t.Errorf("w[%d] after truncation is %.4f, want %.4f", i, w.Data[i], want)
		}
	}
	whole, err := load(container(toyState(), toyAverage()), gan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	w = contextOf(t, cutAt(t, whole, 3), rows(1)).Latent
	for i, want := range []float64{.2009, .2081, .1215, .4599, .2561, .7378, -.0106, .4886} {
		if math.Abs(float64(w.Data[i])-want) > 6e-5 {
			t.Errorf("w[%d] before truncation is %.4f, want %.4f", i, w.Data[i], want)
		}
	}
}

func TestToyImagesMatchTheReleasedPython(t *testing.T) {
	g := toy(t)
	z := toyLatents()
	first := image(t, g, z.Item(0))
	checkGolden(t, "image 0", first, 2755.93075, 2984.06902, .192283, .274795, .341310, .338497)
	checkGolden(t, "image 1 alone", image(t, g, z.Item(1)), 2427.786129, 2608.315990)
	batch := image(t, g, rows(3))
	checkGolden(t, "image 1 in a batch", batch.Item(1), 2341.635332, 2490.289166, .084789, .138377, .167218, .171377)

	const pixel = 10*32 + 20
	bytes := gan.Quantise(first)
	for c, want := range []struct {
		value float64
		b     uint8
	}{{.6570, 211}, {.8384, 234}, {.9548, 249}} {
		at := c*32*32 + pixel
		if math.Abs(float64(first.Data[at])-want.value) > 6e-5 || bytes[at] != want.b {
			t.Errorf("pixel (10,20), channel %d: %.4f, byte %d; want %.4f, byte %d", c, first.Data[at], bytes[at], want.value, want.b)
		}
	}
}
