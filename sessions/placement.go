package sessions

// Placement is where an object of the given size lands on a map when it is pasted, and the part of
// the edited layer that computes it.
type Placement struct {
	Box      Box // rectangle of the map that receives the object
	KeyCrop  Box // cells of the key map that compute Box, grown to whole cells
	MapCrop  Box // KeyCrop in cells of the map: at least Box
	CentreYX [2]int
}

// Place centres an object of h x w cells on the centre of the paste area and shifts it inside the
// map: nothing is cut off. scale is the map's resolution over that of the keys (1 for images).
// Only the centre of the paste area counts, not its shape (spec: method 6).
// It panics when the object is larger than the map; both come from maps of one size.
func Place(paste *Area, h, w, scale int) Placement {
	if h > paste.H || w > paste.W {
		panic("sessions: an object larger than the map it is pasted on")
	}
	y, x := paste.Centre()
	top := max(0, min(paste.H-h, y-h/2))
	left := max(0, min(paste.W-w, x-w/2))
	p := Placement{Box: Box{top, left, top + h, left + w}, CentreYX: [2]int{y, x}}
	p.KeyCrop = Box{top / scale, left / scale, (top + h + scale - 1) / scale, (left + w + scale - 1) / scale}
	p.MapCrop = Box{p.KeyCrop.Top * scale, p.KeyCrop.Left * scale, p.KeyCrop.Bottom * scale, p.KeyCrop.Right * scale}
	return p
}
