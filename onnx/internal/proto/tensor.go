package proto

// Field numbers of TensorProto.
const (
	tensorDims     = 1
	tensorType     = 2
	tensorFloats   = 4
	tensorInt32s   = 5
	tensorStrings  = 6
	tensorInt64s   = 7
	tensorName     = 8
	tensorRaw      = 9
	tensorDoubles  = 10
	tensorUint64s  = 11
	tensorExternal = 13
	tensorLocation = 14
)

// DecodeTensor reads a TensorProto, as it stands in a model or alone in a .pb file.
// Nothing is checked but the encoding: see Tensor.
func DecodeTensor(b []byte) (*Tensor, error) {
	t := &Tensor{}
	s := scanner{rest: b}
	for s.next() {
		switch s.num {
		case tensorDims:
			t.Dims = varints(&s, t.Dims)
		case tensorType:
			t.Type = int32(s.int())
		case tensorFloats:
			t.Floats = s.floats(t.Floats)
		case tensorInt32s:
			t.Int32s = varints(&s, t.Int32s)
		case tensorStrings:
			t.Strings++
		case tensorInt64s:
			t.Int64s = varints(&s, t.Int64s)
		case tensorName:
			t.Name = s.text()
		case tensorRaw:
			t.Raw = s.bytes()
		case tensorDoubles:
			t.Doubles = s.doubles(t.Doubles)
		case tensorUint64s:
			t.Uint64s = varints(&s, t.Uint64s)
		case tensorExternal:
			t.External = true
		case tensorLocation:
			t.External = t.External || s.int() != 0
		}
	}
	return t, s.err
}

func decodeValueInfo(b []byte) (*ValueInfo, error) {
	v := &ValueInfo{}
	s := scanner{rest: b}
	for s.next() {
		switch s.num {
		case 1:
			v.Name = s.text()
		case 2:
			typ := scanner{rest: s.bytes()}
			for typ.next() {
				if typ.num == 1 { // tensor_type; sequences, maps and the rest leave Type at 0
					typ.fail(v.decodeTensorType(typ.bytes()))
				}
			}
			s.fail(typ.err)
		}
	}
	return v, s.err
}

func (v *ValueInfo) decodeTensorType(b []byte) error {
	s := scanner{rest: b}
	for s.next() {
		switch s.num {
		case 1:
			v.Type = int32(s.int())
		case 2:
			v.Ranked = true
			shape := scanner{rest: s.bytes()}
			for shape.next() {
				if shape.num != 1 {
					continue
				}
				d := Dim{Size: -1}
				dim := scanner{rest: shape.bytes()}
				for dim.next() {
					switch dim.num {
					case 1:
						d.Size = dim.int()
					case 2:
						d.Symbol = dim.text()
					}
				}
				shape.fail(dim.err)
				v.Dims = append(v.Dims, d)
			}
			s.fail(shape.err)
		}
	}
	return s.err
}
