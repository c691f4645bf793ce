package metrics

import "testing"

func TestASampleIsUneditedOnlyIfNoByteDiffers(t *testing.T) {
	set := build(t, testContext(t, nil), "unedited", "", nil)
	s := &Sample{Clean: grey(2, 2, 10), Edited: grey(2, 2, 10)}
	if v := score(t, set, s)["unedited"]; v != 1 {
		t.Errorf("equal images: %v", v)
	}
	paint(s.Edited, 2, 3, 11)
	if v := score(t, set, s)["unedited"]; v != 0 {
		t.Errorf("one byte differs: %v", v)
	}
}
