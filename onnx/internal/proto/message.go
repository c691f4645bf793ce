package proto

// Model is a decoded ModelProto.
type Model struct {
	IR       int64
	Producer string
	Graph    *Graph
	Opsets   map[string]int64  // domain ("" is the standard one) to version
	Metadata map[string]string // metadata_props
}

// Graph is a decoded GraphProto. Nodes are in file order.
type Graph struct {
	Name         string
	Nodes        []*Node
	Initializers []*Tensor
	Inputs       []*ValueInfo
	Outputs      []*ValueInfo
	Sparse       bool // has sparse initialisers, which nothing here reads
}

// Node is a decoded NodeProto. An empty input or output name is an absent optional.
type Node struct {
	Name, Op, Domain string
	Inputs, Outputs  []string
	Attributes       []*Attribute
}

// AttributeType says which field of an Attribute holds its value.
type AttributeType int32

// The attribute types of onnx.proto3. Other numbers (graphs, type protos, sparse tensors) are kept as they are.
const (
	AttributeFloat   AttributeType = 1
	AttributeInt     AttributeType = 2
	AttributeString  AttributeType = 3
	AttributeTensor  AttributeType = 4
	AttributeGraph   AttributeType = 5
	AttributeFloats  AttributeType = 6
	AttributeInts    AttributeType = 7
	AttributeStrings AttributeType = 8
)

// Attribute is a decoded AttributeProto.
type Attribute struct {
	Name    string
	Type    AttributeType
	Float   float32
	Int     int64
	String  string
	Tensor  *Tensor
	Floats  []float32
	Ints    []int64
	Strings []string
}

// Tensor is a decoded TensorProto: its element type number, its dimensions as written, and
// whichever payload was present. Raw aliases the decoded bytes.
type Tensor struct {
	Name     string
	Type     int32
	Dims     []int64
	Raw      []byte
	Floats   []float32
	Int32s   []int32
	Int64s   []int64
	Doubles  []float64
	Uint64s  []uint64
	Strings  int  // number of string elements; their text is not kept
	External bool // data lies in another file
}

// ValueInfo is a decoded ValueInfoProto of tensor type. Type is 0 when the value is not a dense tensor.
type ValueInfo struct {
	Name   string
	Type   int32
	Ranked bool // a shape was given
	Dims   []Dim
}

// Dim is one declared dimension: a length (>= 0), or -1 and perhaps a symbol such as "N".
type Dim struct {
	Size   int64
	Symbol string
}
