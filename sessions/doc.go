// Package sessions reads and writes editing sessions: what to copy, where to paste it, and the
// context in which the new rule shall hold.
//
// A session is a JSON object of regions, each an image number (a row of the session's table of
// latents) and a painted mask (a PNG as a data URL). The fields are those of the paper's released
// interface, so its recorded sessions load unchanged (spec: sessions 1-2):
//
//	object [image, mask]     the region whose look is copied (V*)
//	paste  [image, mask]     where it goes; only the centre of the mask's box counts
//	key    [[image, mask]…]  the context regions that span the update directions (K)
//	query  [image, mask]     the interface's last search; not used by edits
//
// Fields that this package does not know are kept when a session is saved.
//
//	s, err := sessions.Load("sessions/faces/smile.json")
//	area := s.Object.Mask.Area(32, 32)   // soft mask at the resolution of the values
//	box := area.Box()                    // rows and columns that it touches
//	err = s.Write(os.Stdout)
//
// Masks are turned into soft areas with Pillow's 8-bit resampling, bit for bit (package pillow):
// the directions depend on which cells are positive at all (spec: method 3).
package sessions
