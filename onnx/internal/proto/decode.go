package proto

import (
	"errors"
	"fmt"
)

// Decode reads a ModelProto. A file without a graph or without a standard opset import is an error.
func Decode(b []byte) (*Model, error) {
	m := &Model{Opsets: map[string]int64{}, Metadata: map[string]string{}}
	s := scanner{rest: b}
	for s.next() {
		var err error
		switch s.num {
		case modelIR:
			m.IR = s.int()
		case modelProducer:
			m.Producer = s.text()
		case modelGraph:
			if m.Graph != nil {
				err = errors.New("second graph")
				break
			}
			m.Graph, err = decodeGraph(s.bytes())
		case modelOpset:
			var domain string
			var version int64
			if domain, version, err = decodeOpset(s.bytes()); err == nil {
				if domain == "ai.onnx" {
					domain = ""
				}
				m.Opsets[domain] = version
			}
		case modelMetadata:
			var k, v string
			if k, v, err = decodeEntry(s.bytes()); err == nil {
				m.Metadata[k] = v
			}
		}
		s.fail(err)
	}
	switch {
	case s.err != nil:
		return nil, fmt.Errorf("not a readable ONNX model: %w", s.err)
	case m.Graph == nil:
		return nil, errors.New("not a readable ONNX model: no graph")
	case len(m.Opsets) == 0:
		return nil, errors.New("not a readable ONNX model: no opset import")
	}
	return m, nil
}

// Field numbers that decoding and rewriting share.
const (
	modelIR       = 1
	modelProducer = 2
	modelGraph    = 7
	modelOpset    = 8
	modelMetadata = 14

	graphNode        = 1
	graphName        = 2
	graphInitializer = 5
	graphInput       = 11
	graphOutput      = 12
	graphSparse      = 15
)

func decodeGraph(b []byte) (*Graph, error) {
	g := &Graph{}
	s := scanner{rest: b}
	for s.next() {
		var err error
		switch s.num {
		case graphNode:
			var n *Node
			if n, err = decodeNode(s.bytes()); err != nil {
				err = fmt.Errorf("node %d: %w", len(g.Nodes), err)
			}
			g.Nodes = append(g.Nodes, n)
		case graphName:
			g.Name = s.text()
		case graphInitializer:
			var t *Tensor
			if t, err = DecodeTensor(s.bytes()); err != nil {
				err = fmt.Errorf("initialiser %d: %w", len(g.Initializers), err)
			}
			g.Initializers = append(g.Initializers, t)
		case graphInput, graphOutput:
			var v *ValueInfo
			v, err = decodeValueInfo(s.bytes())
			if s.num == graphInput {
				g.Inputs = append(g.Inputs, v)
			} else {
				g.Outputs = append(g.Outputs, v)
			}
		case graphSparse:
			g.Sparse = true
		}
		s.fail(err)
	}
	return g, s.err
}

func decodeNode(b []byte) (*Node, error) {
	n := &Node{}
	s := scanner{rest: b}
	for s.next() {
		switch s.num {
		case 1:
			n.Inputs = append(n.Inputs, s.text())
		case 2:
			n.Outputs = append(n.Outputs, s.text())
		case 3:
			n.Name = s.text()
		case 4:
			n.Op = s.text()
		case 5:
			a, err := decodeAttribute(s.bytes())
			if err != nil {
				s.fail(fmt.Errorf("attribute %q: %w", a.Name, err))
			}
			n.Attributes = append(n.Attributes, a)
		case 7:
			if n.Domain = s.text(); n.Domain == "ai.onnx" {
				n.Domain = ""
			}
		}
	}
	return n, s.err
}

func decodeAttribute(b []byte) (*Attribute, error) {
	a := &Attribute{}
	s := scanner{rest: b}
	for s.next() {
		switch s.num {
		case 1:
			a.Name = s.text()
		case 2:
			a.Float = s.float()
		case 3:
			a.Int = s.int()
		case 4:
			a.String = s.text()
		case 5:
			t, err := DecodeTensor(s.bytes())
			if err != nil {
				s.fail(err)
			}
			a.Tensor = t
		case 7:
			a.Floats = s.floats(a.Floats)
		case 8:
			a.Ints = varints(&s, a.Ints)
		case 9:
			a.Strings = append(a.Strings, s.text())
		case 20:
			a.Type = AttributeType(s.int())
		}
	}
	return a, s.err
}

func decodeOpset(b []byte) (domain string, version int64, err error) {
	s := scanner{rest: b}
	for s.next() {
		switch s.num {
		case 1:
			domain = s.text()
		case 2:
			version = s.int()
		}
	}
	return domain, version, s.err
}

func decodeEntry(b []byte) (key, value string, err error) {
	s := scanner{rest: b}
	for s.next() {
		switch s.num {
		case 1:
			key = s.text()
		case 2:
			value = s.text()
		}
	}
	return key, value, s.err
}
