package checkpoint

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"strconv"

	"rewriting/compute"
)

// folder is the name of the archive's single folder, as torch.save calls it when it writes to a stream.
const folder = "archive"

// alignment of elements within the file, which lets PyTorch map them into memory.
const alignment = 64

// Write stores an object in the layout of PyTorch 1.6 and later, so that torch.load reads it, with
// weights_only or without. Allowed are *Dict, List, Tuple, *compute.Tensor, string, int, int64, float64, bool
// and nil. The bytes depend on the object alone: no time, no host.
func Write(w io.Writer, object any) error {
	p := &pickler{}
	p.op(opProto)
	p.op(2)
	if err := p.value(object, 0); err != nil {
		return err
	}
	p.op(opStop)
	z := &archiveWriter{zip: zip.NewWriter(w)}
	z.entry("data.pkl", p.out)
	z.entry("byteorder", []byte("little"))
	for i, t := range p.tensors {
		raw := make([]byte, 4*len(t.Data))
		for j, v := range t.Data {
			binary.LittleEndian.PutUint32(raw[4*j:], math.Float32bits(v))
		}
		z.entry("data/"+strconv.Itoa(i), raw)
	}
	z.entry("version", []byte("3\n"))
	if z.err != nil {
		return z.err
	}
	return z.zip.Close()
}

// archiveWriter writes stored entries whose content begins at a multiple of alignment. The first error sticks.
type archiveWriter struct {
	zip *zip.Writer
	at  int64 // bytes written so far
	err error
}

func (z *archiveWriter) entry(base string, data []byte) {
	if z.err != nil {
		return
	}
	const localHeader, extraHeader = 30, 4
	h := &zip.FileHeader{
		Name: folder + "/" + base, Method: zip.Store, CRC32: crc32.ChecksumIEEE(data),
		CompressedSize64: uint64(len(data)), UncompressedSize64: uint64(len(data)),
	}
	start := z.at + localHeader + int64(len(h.Name)) + extraHeader
	fill := int((alignment - start%alignment) % alignment)
	h.Extra = make([]byte, extraHeader+fill)
	copy(h.Extra, "FB") // PyTorch's own tag for this padding
	binary.LittleEndian.PutUint16(h.Extra[2:], uint16(fill))
	out, err := z.zip.CreateRaw(h)
	if err == nil {
		_, err = out.Write(data)
	}
	z.at = start + int64(fill) + int64(len(data))
	z.err = err
}

// pickler writes protocol 2 without a memo: nothing of ours occurs twice.
type pickler struct {
	out     []byte
	tensors []*compute.Tensor
}

func (p *pickler) op(codes ...byte) { p.out = append(p.out, codes...) }

const maxDepth = 64

func (p *pickler) value(v any, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("checkpoint: objects nested deeper than %d", maxDepth)
	}
	switch v := v.(type) {
	case nil:
		p.op(opNone)
	case bool:
		if v {
			p.op(opNewTrue)
		} else {
			p.op(opNewFalse)
		}
	case string:
		p.text(v)
	case int:
		return p.integer(int64(v))
	case int64:
		return p.integer(v)
	case float64:
		p.op(opBinFloat)
		p.out = binary.BigEndian.AppendUint64(p.out, math.Float64bits(v))
	case *compute.Tensor:
		return p.tensor(v)
	case Tuple:
		p.op(opMark)
		for _, item := range v {
			if err := p.value(item, depth+1); err != nil {
				return err
			}
		}
		p.op(opTuple)
	case *List:
		p.op(opEmptyList, opMark)
		for _, item := range v.Items {
			if err := p.value(item, depth+1); err != nil {
				return err
			}
		}
		p.op(opAppends)
	case *Dict:
		p.op(opEmptyDict, opMark)
		for _, k := range v.keys {
			if err := p.value(k, depth+1); err != nil {
				return err
			}
			if err := p.value(v.entries[k], depth+1); err != nil {
				return fmt.Errorf("entry %v: %w", k, err)
			}
		}
		p.op(opSetItems)
	default:
		return fmt.Errorf("checkpoint: cannot write a value of type %T", v)
	}
	return nil
}

func (p *pickler) text(s string) {
	p.op(opBinUnicode)
	p.out = binary.LittleEndian.AppendUint32(p.out, uint32(len(s)))
	p.out = append(p.out, s...)
}

func (p *pickler) integer(n int64) error {
	if n >= math.MinInt32 && n <= math.MaxInt32 {
		p.op(opBinInt)
		p.out = binary.LittleEndian.AppendUint32(p.out, uint32(int32(n)))
		return nil
	}
	p.op(opLong1, 8)
	p.out = binary.LittleEndian.AppendUint64(p.out, uint64(n))
	return nil
}

func (p *pickler) global(module, class string) {
	p.op(opGlobal)
	p.out = append(p.out, module+"\n"+class+"\n"...)
}

// tensor writes the call that rebuilds a contiguous tensor from a storage of its own.
func (p *pickler) tensor(t *compute.Tensor) error {
	strides := make(Tuple, len(t.Shape))
	sizes := make(Tuple, len(t.Shape))
	step := 1
	for i := len(t.Shape) - 1; i >= 0; i-- {
		sizes[i], strides[i] = t.Shape[i], step
		step *= t.Shape[i]
	}
	p.global("torch._utils", "_rebuild_tensor_v2")
	p.op(opMark)
	p.op(opMark)
	p.text("storage")
	p.global("torch", "FloatStorage")
	p.text(strconv.Itoa(len(p.tensors)))
	p.text("cpu")
	if err := p.integer(int64(len(t.Data))); err != nil {
		return err
	}
	p.op(opTuple, opBinPersID)
	for _, v := range []any{0, sizes, strides, false} {
		if err := p.value(v, 0); err != nil {
			return err
		}
	}
	p.global("collections", "OrderedDict")
	p.op(opEmptyTuple, opReduce, opTuple, opReduce)
	p.tensors = append(p.tensors, t)
	return nil
}
