package metrics

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// partLabels is the shared numbering of the "netpqc" segmenter (spec: metrics 4): objects from 0, then
// numbers that no metric needs (four quarters of each object, materials), then parts, each part name
// that is no object's at its first appearance. A part that is also an object, such as a door, has the
// object's number. The published label file gives 1,813 labels, with dome = 1708.
type partLabels struct {
	objects []string
	parts   []string // parts[i] is label first+i
	first   int
	groups  []partGroup // in the order of the part logits, which is that of their owners
	logits  int         // part logits of all groups
}

// partGroup is the parts of one object.
type partGroup struct {
	owner int   // object
	from  int   // first part logit
	label []int // shared label of each part logit; 0 for "-", no part
}

// parsePartLabels reads the label file, or the part of it that an exported network carries:
// {"object": names, "material": names, "object_part": {owner: part names}}.
func parsePartLabels(text string) (*partLabels, error) {
	var file struct {
		Object     []string            `json:"object"`
		Material   []string            `json:"material"`
		ObjectPart map[string][]string `json:"object_part"`
	}
	if err := json.Unmarshal([]byte(text), &file); err != nil {
		return nil, fmt.Errorf("part_labels: %w", err)
	}
	if len(file.Object) == 0 || len(file.Material) == 0 || len(file.ObjectPart) == 0 {
		return nil, fmt.Errorf("part_labels: %d objects, %d materials, %d owners of parts; there must be some of each", len(file.Object), len(file.Material), len(file.ObjectPart))
	}
	number := map[string]int{}
	for i, name := range slices.Backward(file.Object) {
		number[name] = i // of equal names the first counts
	}
	l := &partLabels{objects: file.Object, first: 1 + 5*(len(file.Object)-1) + len(file.Material) - 1}
	owners := make([]int, 0, len(file.ObjectPart))
	for name := range file.ObjectPart {
		i, ok := number[name]
		if !ok {
			return nil, fmt.Errorf("part_labels: %q owns parts and is no object", name)
		}
		owners = append(owners, i)
	}
	slices.Sort(owners)
	for _, owner := range owners {
		g := partGroup{owner: owner, from: l.logits}
		for _, part := range file.ObjectPart[file.Object[owner]] {
			label, known := number[part]
			switch {
			case part == "-":
				label = 0
			case !known:
				label = l.first + len(l.parts)
				number[part] = label
				l.parts = append(l.parts, part)
			}
			g.label = append(g.label, label)
		}
		if len(g.label) == 0 {
			return nil, fmt.Errorf("part_labels: the list of parts of %q is empty", file.Object[owner])
		}
		l.logits += len(g.label)
		l.groups = append(l.groups, g)
	}
	return l, nil
}

// count is the number of labels, those of quarters and materials included.
func (l *partLabels) count() int { return l.first + len(l.parts) }

// find is the label of a name or number.
func (l *partLabels) find(name string) (int, error) {
	if i := slices.Index(l.objects, name); i >= 0 {
		return i, nil
	}
	if i := slices.Index(l.parts, name); i >= 0 {
		return l.first + i, nil
	}
	n, err := strconv.Atoi(name)
	if err != nil {
		return 0, fmt.Errorf("there is no object or part %q among its %d labels", name, l.count())
	}
	if n < 0 || n >= l.count() || n >= len(l.objects) && n < l.first {
		return 0, fmt.Errorf("label %d is no object (0 to %d) and no part (%d to %d)", n, len(l.objects)-1, l.first, l.count()-1)
	}
	return n, nil
}
