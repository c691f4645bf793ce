package kernel

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func TestAssemblyIsWhatTheGeneratorPrints(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command")
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	tool := filepath.Join(t.TempDir(), "gen")
	if out, err := exec.Command("go", "build", "-o", tool, "./gen").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	dir := t.TempDir()
	cmd := exec.Command(tool)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	printed, err := filepath.Glob(filepath.Join(dir, "*.s"))
	if err != nil || len(printed) == 0 {
		t.Fatalf("the generator printed %v, %v", printed, err)
	}
	for _, path := range printed {
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(here, filepath.Base(path)))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Errorf("%s is not what the generator prints: run go generate", filepath.Base(path))
		}
	}
}
