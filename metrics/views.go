package metrics

import (
	"sync"

	"rewriting/compute"
)

// view is a picture of a sample and what networks made of it. Columns ask for the same features of the same picture, and rows
// for those of the clean side, over and over; a view computes each once. It is never stored.
type view struct {
	picture *compute.Tensor
	made    memo[any]
}

// views are those of the clean side, which all rows share: the clean image and the pictures of perfect edits.
type views struct {
	mu  sync.Mutex
	all []*view
}

// find returns the view of a picture with these pixels, or nil.
func (v *views) find(picture *compute.Tensor, add bool) *view {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, known := range v.all {
		if known.picture == picture || same(known.picture, picture) {
			return known
		}
	}
	if !add {
		return nil
	}
	made := &view{picture: picture}
	v.all = append(v.all, made)
	return made
}

// Under is the sample under a row of the table. What is known of the clean side is shared with s, and what the columns find out about the
// edited image is kept as long as the sample.
func (s *Sample) Under(row string, edited *compute.Tensor) *Sample {
	under := *s
	under.Row, under.Edited, under.edited = row, edited, &view{picture: edited}
	return &under
}

// view is where to keep what is made of a picture of the sample; nil where nothing is kept. An edited image that is a picture
// of the clean side, pixel by pixel, is that picture.
func (s *Sample) view(picture *compute.Tensor) *view {
	if s.Prepared == nil {
		return nil
	}
	if picture != s.Edited || picture == s.Clean {
		return s.Prepared.views.find(picture, true)
	}
	if s.Clean != nil && same(picture, s.Clean) {
		return s.Prepared.views.find(s.Clean, true)
	}
	if v := s.Prepared.views.find(picture, false); v != nil {
		return v
	}
	return s.edited
}
