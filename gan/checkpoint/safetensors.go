package checkpoint

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"sort"

	"rewriting/compute"
)

// safetensorsTypes are the element types by their names in the format.
var safetensorsTypes = map[string]elementClass{
	"F32": {"FloatStorage", 4}, "F64": {"DoubleStorage", 8}, "F16": {"HalfStorage", 2}, "BF16": {"BFloat16Storage", 2},
	"I64": {"LongStorage", 8}, "I32": {"IntStorage", 4}, "I16": {"ShortStorage", 2}, "I8": {"CharStorage", 1},
	"U8": {"ByteStorage", 1}, "BOOL": {"BoolStorage", 1},
}

// safetensorsEntry describes one tensor in the header.
type safetensorsEntry struct {
	Type    string   `json:"dtype"`
	Shape   []int64  `json:"shape"`
	Offsets [2]int64 `json:"data_offsets"`
}

// readSafetensors reads the layout of the safetensors library: the length of a JSON header, the header, and the elements
// without gaps. Root is a flat dictionary of tensors.
func (f *File) readSafetensors(r io.ReaderAt, size int64) error {
	var head [8]byte
	if _, err := r.ReadAt(head[:], 0); err != nil {
		return errors.New("not a safetensors file: too short")
	}
	length := int64(binary.LittleEndian.Uint64(head[:]))
	if length < 2 || length > maxPickle || length > size-8 {
		return fmt.Errorf("safetensors: a header of %d bytes in a file of %d", length, size)
	}
	text := make([]byte, length)
	if _, err := r.ReadAt(text, 8); err != nil {
		return fmt.Errorf("safetensors: header: %w", err)
	}
	root, spans := NewDict(), map[string]int64{}
	type span struct {
		name       string
		begin, end int64
	}
	var order []span
	err := eachEntry(text, func(name string, raw json.RawMessage) error {
		if name == "__metadata__" {
			return nil
		}
		if _, twice := root.Get(name); twice {
			return errors.New("occurs twice")
		}
		t, begin, err := f.safetensor(name, raw, size-8-length)
		if err != nil {
			return err
		}
		root.Set(name, t)
		spans[name] = 8 + length + begin
		order = append(order, span{name, begin, begin + int64(t.storage.count*t.storage.class.size)})
		return nil
	})
	if err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	// The format demands that elements follow each other without gaps or overlaps.
	sort.SliceStable(order, func(i, j int) bool { return order[i].begin < order[j].begin })
	at := int64(0)
	for _, s := range order {
		if s.begin != at {
			return fmt.Errorf("safetensors: tensor %.80q begins at byte %d of the data, expected %d", s.name, s.begin, at)
		}
		at = s.end
	}
	if at != size-8-length {
		return fmt.Errorf("safetensors: %d bytes of data, the tensors take %d", size-8-length, at)
	}
	f.Root, f.Format = root, Safetensors
	f.fetch = func(s *storage) ([]byte, error) {
		data := make([]byte, s.count*s.class.size)
		_, err := io.ReadFull(io.NewSectionReader(r, spans[s.key], int64(len(data))), data)
		return data, err
	}
	return nil
}

// eachEntry walks over a JSON object in its order; encoding/json alone would hide names that occur twice.
func eachEntry(text []byte, visit func(name string, raw json.RawMessage) error) error {
	d := json.NewDecoder(bytes.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errors.New("the header is no JSON object")
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return fmt.Errorf("header: %w", err)
		}
		name, _ := t.(string)
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return fmt.Errorf("header: %w", err)
		}
		if err := visit(name, raw); err != nil {
			return fmt.Errorf("tensor %.80q: %w", name, err)
		}
	}
	if _, err := d.Token(); err != nil {
		return fmt.Errorf("header: %w", err)
	}
	return nil
}

// safetensor checks one description against the number of data bytes.
func (f *File) safetensor(name string, raw json.RawMessage, available int64) (*Tensor, int64, error) {
	var e safetensorsEntry
	if err := json.Unmarshal(raw, &e); err != nil {
		return nil, 0, err
	}
	class, ok := safetensorsTypes[e.Type]
	if !ok {
		return nil, 0, fmt.Errorf("elements of type %.20q cannot become float32", e.Type)
	}
	begin, end := e.Offsets[0], e.Offsets[1]
	if begin < 0 || end < begin || end > available {
		return nil, 0, fmt.Errorf("bytes %d to %d of %d", begin, end, available)
	}
	shape, strides := make([]int, len(e.Shape)), make([]int, len(e.Shape))
	count := int64(1)
	for i := len(shape) - 1; i >= 0; i-- {
		d := e.Shape[i]
		if d < 0 || d > available || count > available {
			return nil, 0, fmt.Errorf("shape %v does not fit into the file", e.Shape)
		}
		shape[i], strides[i] = int(d), int(count)
		count *= d
	}
	if count > available || count*int64(class.size) != end-begin {
		return nil, 0, fmt.Errorf("shape %v of %s needs %d bytes, has %d", e.Shape, e.Type, count*int64(class.size), end-begin)
	}
	t, err := newTensor(&storage{file: f, key: name, class: class, count: int(count)}, 0, shape, strides)
	return t, begin, err
}

// WriteSafetensors stores a flat dictionary of *compute.Tensor as float32, in its order.
func WriteSafetensors(w io.Writer, d *Dict) error {
	var header bytes.Buffer
	var tensors []*compute.Tensor
	at := 0
	for i, k := range d.keys {
		name, text := k.(string)
		t, ok := d.entries[k].(*compute.Tensor)
		if !text || !ok {
			return fmt.Errorf("checkpoint: safetensors hold tensors by name, entry %v is %T", k, d.entries[k])
		}
		shape := append([]int{}, t.Shape...)
		entry, err := json.Marshal(map[string]any{"dtype": "F32", "shape": shape, "data_offsets": []int{at, at + 4*len(t.Data)}})
		if err != nil {
			return err
		}
		key, err := json.Marshal(name)
		if err != nil {
			return err
		}
		header.WriteByte("{,"[min(i, 1)])
		header.Write(key)
		header.WriteByte(':')
		header.Write(entry)
		at += 4 * len(t.Data)
		tensors = append(tensors, t)
	}
	if len(tensors) == 0 {
		header.WriteByte('{')
	}
	header.WriteByte('}')
	for header.Len()%8 != 0 { // elements begin at a multiple of eight bytes
		header.WriteByte(' ')
	}
	if _, err := w.Write(append(binary.LittleEndian.AppendUint64(nil, uint64(header.Len())), header.Bytes()...)); err != nil {
		return err
	}
	for _, t := range tensors {
		raw := make([]byte, 0, 4*len(t.Data))
		for _, v := range t.Data {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
		}
		if _, err := w.Write(raw); err != nil {
			return err
		}
	}
	return nil
}
