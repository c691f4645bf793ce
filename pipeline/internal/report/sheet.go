package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
)

// Sheet is a page of numbered images for counting by hand. Clicking an image puts its number on the chosen list; the page
// shows the lists as lines of the file of counts, and remembers them.
type Sheet struct {
	Title  string   // of the experiment
	Row    string   // name of the method, as the file of counts calls it
	Lists  []string // what is counted, such as "middle" and "bottom"
	Images []SheetImage
}

// SheetImage is one of them.
type SheetImage struct {
	Number uint32
	File   string // relative to the page
}

//go:embed sheet.html
var sheetHTML string

var sheetPage = template.Must(template.New("sheet").Parse(sheetHTML))

// HTML is the page. Images are files of their own: there are a thousand.
func (s Sheet) HTML() ([]byte, error) {
	var b bytes.Buffer
	if err := sheetPage.Execute(&b, s); err != nil {
		return nil, fmt.Errorf("sheet of %s: %w", s.Row, err)
	}
	return b.Bytes(), nil
}
