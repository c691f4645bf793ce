// Package folder reads folders of pictures that others have made, paired by the names of their files.
//
//	all, err := folder.Match([]string{"clean", "edited"}, false)
//	all.Names[0]                       // "0": clean/0.png and edited/0.png
//	x, err := all.Image(1, 0)          // of edited: [1,3,H,W] in [-1,1]
package folder

import (
	"fmt"
	"image"
	"image/draw"
	_ "image/jpeg" // a format that is read
	_ "image/png"  // a format that is read
	"os"
	"path/filepath"
	"slices"
	"strings"

	"rewriting/compute"
	"rewriting/gan"
)

// Set is several folders with a picture of every name.
type Set struct {
	Folders []string
	Names   []string            // without extensions; numbers in their order, then words
	files   []map[string]string // by folder: name -> path
}

var extensions = []string{".png", ".jpg", ".jpeg"}

// Match pairs the pictures of folders by name without extension: 0.png with 0.jpg. A picture that not all folders
// have is an error, unless only what is common is wanted. Other files are passed over.
func Match(folders []string, common bool) (*Set, error) {
	s := &Set{Folders: folders}
	count := map[string]int{}
	for _, dir := range folders {
		files, err := pictures(dir)
		if err != nil {
			return nil, err
		}
		if len(files) == 0 {
			return nil, fmt.Errorf("%s: no picture (%s)", dir, strings.Join(extensions, ", "))
		}
		for name := range files {
			count[name]++
		}
		s.files = append(s.files, files)
	}
	var lonely []string
	for name, n := range count {
		if n == len(folders) {
			s.Names = append(s.Names, name)
		} else {
			lonely = append(lonely, name)
		}
	}
	slices.SortFunc(s.Names, byNumber)
	if len(lonely) > 0 && !common {
		slices.SortFunc(lonely, byNumber)
		return nil, fmt.Errorf("%d pictures are not in all of %s; the first is %q", len(lonely), strings.Join(folders, ", "), lonely[0])
	}
	if len(s.Names) == 0 {
		return nil, fmt.Errorf("%s have no picture of the same name", strings.Join(folders, ", "))
	}
	return s, nil
}

// byNumber puts 2 before 10, and numbers before words.
func byNumber(a, b string) int {
	na, nb := number(a), number(b)
	switch {
	case na != nb && (na == "" || nb == ""):
		return len(nb) - len(na) // the one that is a number first
	case len(na) != len(nb):
		return len(na) - len(nb)
	case na != nb:
		return strings.Compare(na, nb)
	}
	return strings.Compare(a, b)
}

// number is the digits of a name that is a number, without leading zeros but the last; else empty.
func number(name string) string {
	if name == "" || strings.Trim(name, "0123456789") != "" {
		return ""
	}
	if digits := strings.TrimLeft(name, "0"); digits != "" {
		return digits
	}
	return "0"
}

func pictures(dir string) (map[string]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	files := map[string]string{}
	for _, e := range entries {
		ext := filepath.Ext(e.Name())
		if e.IsDir() || !slices.Contains(extensions, strings.ToLower(ext)) {
			continue
		}
		name, path := strings.TrimSuffix(e.Name(), ext), filepath.Join(dir, e.Name())
		if other, twice := files[name]; twice {
			return nil, fmt.Errorf("%s and %s have the same name without extension", other, path)
		}
		files[name] = path
	}
	return files, nil
}

// maxPixels bounds what a picture may claim to be.
const maxPixels = 1 << 26

// Image reads picture i of a folder as [1,3,H,W] in [-1,1]. Transparency is dropped, not composited.
func (s *Set) Image(folder, i int) (*compute.Tensor, error) {
	path := s.files[folder][s.Names[i]]
	x, err := read(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return x, nil
}

func read(path string) (*compute.Tensor, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	head, _, err := image.DecodeConfig(file)
	if err != nil {
		return nil, err
	}
	if head.Width < 1 || head.Height < 1 || head.Width > maxPixels/head.Height {
		return nil, fmt.Errorf("%d x %d pixels are too many", head.Width, head.Height)
	}
	if _, err := file.Seek(0, 0); err != nil {
		return nil, err
	}
	img, _, err := image.Decode(file)
	if err != nil {
		return nil, err
	}
	w, h := head.Width, head.Height
	flat, ok := img.(*image.NRGBA)
	if !ok || flat.Stride != 4*w {
		flat = image.NewNRGBA(image.Rect(0, 0, w, h))
		draw.Draw(flat, flat.Bounds(), img, img.Bounds().Min, draw.Src)
	}
	planes := make([]byte, 3*w*h)
	for i := range w * h {
		for c := range 3 {
			planes[c*w*h+i] = flat.Pix[4*i+c]
		}
	}
	return gan.Dequantise(planes, 1, 3, h, w), nil
}
