package worlds_test

import (
	"strings"
	"testing"

	"rewriting/worlds"
	_ "rewriting/worlds/faces"
)

func TestOpenFindsARegisteredWorld(t *testing.T) {
	w, err := worlds.Open("faces")
	if err != nil {
		t.Fatal(err)
	}
	if w.Name() != "faces" {
		t.Errorf("opened %q", w.Name())
	}
}

func TestOpeningAnUnknownWorldListsWhatExists(t *testing.T) {
	_, err := worlds.Open("cats")
	if err == nil || !strings.Contains(err.Error(), `"cats"`) || !strings.Contains(err.Error(), "faces") {
		t.Errorf("error %v does not name the unknown and the known worlds", err)
	}
}

func TestRegisteringANameTwicePanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	worlds.Register("faces", nil)
}
