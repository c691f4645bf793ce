package metrics

import (
	"context"
	"errors"
	"strings"
	"testing"

	"rewriting/compute"
)

// twoOutputs is a network with two outputs: the image, and its double at half the area.
type twoOutputs struct{}

func (twoOutputs) Info() NetworkInfo {
	return NetworkInfo{Name: "world:test/colours", SHA256: strings.Repeat("a", 64), Inputs: []string{"x"}, Outputs: []string{"same", "double"}}
}

func (twoOutputs) Run(_ context.Context, in ...*compute.Tensor) ([]*compute.Tensor, error) {
	x := in[0]
	double := compute.New(1, 3, x.Dim(2), 1)
	for i := range double.Data {
		double.Data[i] = 2 * x.Data[i*x.Dim(3)]
	}
	return []*compute.Tensor{x, double}, nil
}

func openColours(outputs ...string) (*Features, error) {
	return OpenFeatures(context.Background(), "world:test/colours", outputs, Preprocess{}, 4,
		Context{Open: func(string) (Network, error) { return twoOutputs{}, nil }})
}

func TestFeaturesAreTheMeansOfOutputsOneAfterTheOther(t *testing.T) {
	f, err := openColours("double", "same")
	if err != nil {
		t.Fatal(err)
	}
	if f.Dim() != 6 || f.Short() != "colours: double, same" || !strings.Contains(f.Protocol(), "sha256 aaaaaaaaaaaa") {
		t.Errorf("%d numbers, %q, %q", f.Dim(), f.Short(), f.Protocol())
	}
	image := compute.New(1, 3, 2, 2)
	for i := range image.Data {
		image.Data[i] = []float32{0.25, -0.5, 7}[i/4] // the last is clamped to 1
	}
	got, err := f.Of(context.Background(), image)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float32{0.5, -1, 2, 0.25, -0.5, 1} {
		if got[i] != want {
			t.Errorf("feature %d is %v, want %v", i, got[i], want)
		}
	}
}

func TestFeaturesOfAnOutputThatIsNotThereNameWhatIs(t *testing.T) {
	_, err := openColours("tripple")
	var p *ParamError
	if !errors.As(err, &p) || p.Key != "outputs" || !strings.Contains(err.Error(), `"same", "double"`) {
		t.Errorf("got %v", err)
	}
}
