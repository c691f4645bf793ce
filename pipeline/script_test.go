package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"pipeline": main})
}

// TestScripts runs the command as a user does: testdata/script holds command lines with their output and exit codes.
func TestScripts(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("TOY", filepath.Join(here, "testdata", "toy.toml"))
			e.Setenv("TOYDIR", filepath.Join(here, "testdata"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "damage": damage, "serve": serve},
	})
}

// exits runs a command and checks its exit code: "exits 2 pipeline run nothing.toml".
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND ARGS...")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := "0"
	if err != nil {
		code = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if code != args[0] {
		ts.Fatalf("%v: exit code %s, want %s", args[1:], code, args[0])
	}
}

// damage flips one bit in the middle of every file that a pattern names.
func damage(ts *testscript.TestScript, neg bool, args []string) {
	for _, pattern := range args {
		names, err := filepath.Glob(ts.MkAbs(pattern))
		ts.Check(err)
		if len(names) == 0 {
			ts.Fatalf("no file %s", pattern)
		}
		for _, name := range names {
			b, err := os.ReadFile(name)
			ts.Check(err)
			b[len(b)/2] ^= 1
			ts.Check(os.WriteFile(name, b, 0o644))
		}
	}
}

// serve serves a folder by HTTP until the script ends and puts the address into a variable: "serve DIR URL".
func serve(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: serve DIR VARIABLE")
	}
	server := httptest.NewServer(http.FileServer(http.Dir(ts.MkAbs(args[0]))))
	ts.Defer(server.Close)
	ts.Setenv(args[1], server.URL)
}
