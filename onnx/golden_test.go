package onnx

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func withGolden(t *testing.T, b *modelBuilder, change func(g map[string]any)) *Model {
	pixels := make([]byte, 3*6*7)
	x := wavy(0, 1, 3, 6, 7)
	for i := range pixels {
		pixels[i] = byte(37 * i)
		x.F32[i] = float32(pixels[i])/127.5 - 1
	}
	y := mustRun(t, small(13).load(t), map[string]*Value{"x": x})["y"]
	raw := tensorBytes("", floats([]int{2}, y.F32[3], y.F32[50]))
	g := map[string]any{
		"inputs": map[string]any{"x": map[string]any{"shape": []int{1, 3, 6, 7}, "dtype": "uint8", "scale": "x/127.5-1",
			"data": base64.StdEncoding.EncodeToString(pixels)}},
		"outputs": map[string]any{"y": map[string]any{"shape": []int{1, 2, 6, 7}, "dtype": "float32", "index": []int{3, 50},
			"data": base64.StdEncoding.EncodeToString(raw[len(raw)-8:])}},
		"rtol": 1e-4, "atol": 1e-4,
	}
	change(g)
	text, err := json.Marshal(g)
	if err != nil {
		t.Fatal(err)
	}
	return b.meta("golden", string(text)).load(t)
}

func TestSelfTestPassesOnAnUntouchedModel(t *testing.T) {
	if err := withGolden(t, small(13), func(map[string]any) {}).SelfTest(); err != nil {
		t.Error(err)
	}
}

func TestSelfTestStopsADamagedModel(t *testing.T) {
	m := withGolden(t, small(13), func(map[string]any) {})
	w := m.Initializer("w2").F32
	for i := range w {
		w[i] = w[i]*1.1 + 0.1
	}
	b, err := m.WithInitializer("w2", w)
	if err != nil {
		t.Fatal(err)
	}
	damaged, err := Load(b)
	if err != nil {
		t.Fatal(err)
	}
	wantMessage(t, damaged.SelfTest(), []string{"self-test", `output "y"`, "want"})
}

func TestSelfTestStopsAWrongInputRange(t *testing.T) {
	m := withGolden(t, small(13), func(g map[string]any) {
		g["inputs"].(map[string]any)["x"].(map[string]any)["scale"] = "x/255"
	})
	wantMessage(t, m.SelfTest(), []string{"self-test"})
}

func TestAModelWithoutGoldenCaseSaysSo(t *testing.T) {
	if err := small(13).load(t).SelfTest(); !errors.Is(err, ErrNoGolden) {
		t.Errorf("got %v", err)
	}
}

func TestScalesAreReadLeftToRight(t *testing.T) {
	for text, want := range map[string]float32{"": 6, "x": 6, "x/2-1": 2, "x * 0.5 + 1": 4, "x-1*2": 10} {
		f, err := parseScale(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		} else if got := f(6); got != want {
			t.Errorf("%q of 6 is %v, want %v", text, got, want)
		}
	}
	for _, text := range []string{"y", "x/", "x^2", "2x", "x/1e"} {
		if _, err := parseScale(text); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%q: error %v", text, err)
		}
	}
}
