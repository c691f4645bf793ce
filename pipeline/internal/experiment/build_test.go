package experiment

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rewriting/pipeline/internal/config"
	"rewriting/worlds"
	_ "rewriting/worlds/faces"
)

// build reads the toy config of the command's tests.
func build(t *testing.T, overrides ...string) error {
	t.Helper()
	cfg, err := config.Load("../../testdata/toy.toml", overrides)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Build(context.Background(), cfg)
	return err
}

func TestP10ANetworkThatDoesNotGiveItsGoldenOutputStopsTheRun(t *testing.T) {
	world, err := worlds.Open("faces")
	if err != nil {
		t.Fatal(err)
	}
	file, err := world.File("attributes.onnx")
	if err != nil {
		t.Fatal(err)
	}
	// A quarter of the file in lie the weights of the convolutions; the exponent of some of them is changed.
	changed := append([]byte(nil), file...)
	for i := len(changed) / 4; i < len(changed)/4+64; i++ {
		changed[i] ^= 0x08
	}
	name := filepath.Join(t.TempDir(), "changed.onnx")
	if err := os.WriteFile(name, changed, 0o644); err != nil {
		t.Fatal(err)
	}
	err = build(t, "metric.0.network="+name)
	var c *config.Error
	if !errors.As(err, &c) || !strings.Contains(err.Error(), "self-test") {
		t.Errorf("got %v", err)
	}
	if err := build(t); err != nil {
		t.Error(err)
	}
}

func TestP13APinnedHashThatDiffersStopsTheRun(t *testing.T) {
	zeros := strings.Repeat("0", 64)
	for _, key := range []string{"generator.sha256", "session.sha256"} {
		if err := build(t, key+"="+zeros); err == nil || !strings.Contains(err.Error(), key+": is "+zeros) {
			t.Errorf("%s: %v", key, err)
		}
	}
}
