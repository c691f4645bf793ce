package gan_test

import (
	"bytes"
	"context"
	"testing"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/gan/checkpoint"
)

func TestAGeneratorFromSafetensorsGoesBackIntoSafetensors(t *testing.T) {
	state := toyState()
	state.Set("latent_avg", toyAverage())
	var file bytes.Buffer
	if err := checkpoint.WriteSafetensors(&file, state); err != nil {
		t.Fatal(err)
	}
	g, err := gan.Load(context.Background(), bytes.NewReader(file.Bytes()), gan.Options{Truncation: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	if distance(image(t, g, rows(1)), image(t, toy(t), rows(1))) != 0 {
		t.Error("another picture than from the official container")
	}
	weight := g.Tensors()["convs.0.conv.weight"].Clone()
	weight.Data[0]++
	edited, err := g.With(map[string]*compute.Tensor{"convs.0.conv.weight": weight})
	if err != nil {
		t.Fatal(err)
	}
	file.Reset()
	if err := gan.Save(&file, edited); err != nil {
		t.Fatal(err)
	}
	f, err := checkpoint.ReadFrom(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil || f.Format != checkpoint.Safetensors {
		t.Fatalf("saved in format %v, %v", f, err)
	}
	again, err := gan.Load(context.Background(), bytes.NewReader(file.Bytes()), gan.Options{Truncation: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	if distance(image(t, again, rows(1)), image(t, edited, rows(1))) != 0 {
		t.Error("the saved edit renders another picture")
	}
}
