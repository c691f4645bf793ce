// Package npy reads and writes arrays in NumPy's NPY format: float32 ("<f4") and bytes ("|u1") in C order. Float64 and integers
// are read too, as float32.
//
//	b := npy.Float32([]int{1, 64}, z)          // the bytes of a file
//	shape, data, err := npy.ReadFloat32(b)
package npy

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

var magic = []byte("\x93NUMPY")

// align is what the format asks of the length of everything before the data.
const align = 64

func header(descr string, shape []int) []byte {
	dims := make([]string, len(shape))
	for i, n := range shape {
		dims[i] = strconv.Itoa(n)
	}
	tuple := strings.Join(dims, ", ")
	if len(shape) == 1 {
		tuple += ","
	}
	dict := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", descr, tuple)
	const before = 10 // magic, version, length
	pad := align - (before+len(dict)+1)%align
	dict += strings.Repeat(" ", pad%align) + "\n"
	b := append(append([]byte{}, magic...), 1, 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(dict)))
	return append(b, dict...)
}

// Float32 is the file of a float32 array.
func Float32(shape []int, data []float32) []byte {
	if volume(shape) != len(data) {
		panic(fmt.Sprintf("npy: shape %v does not hold %d numbers", shape, len(data)))
	}
	b := header("<f4", shape)
	for _, v := range data {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

// Bytes is the file of an array of bytes.
func Bytes(shape []int, data []byte) []byte {
	if volume(shape) != len(data) {
		panic(fmt.Sprintf("npy: shape %v does not hold %d bytes", shape, len(data)))
	}
	return append(header("|u1", shape), data...)
}

func volume(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

var (
	descrField   = regexp.MustCompile(`'descr'\s*:\s*'([^']*)'`)
	fortranField = regexp.MustCompile(`'fortran_order'\s*:\s*(True|False)`)
	shapeField   = regexp.MustCompile(`'shape'\s*:\s*\(([0-9,\s]*)\)`)
)

// parse splits a file into type, shape and data.
func parse(file []byte) (descr string, shape []int, data []byte, err error) {
	if len(file) < 10 || !bytes.Equal(file[:6], magic) {
		return "", nil, nil, errors.New("not an NPY file")
	}
	start, length := 10, int(binary.LittleEndian.Uint16(file[8:]))
	if file[6] >= 2 {
		if len(file) < 12 {
			return "", nil, nil, errors.New("the NPY header is cut short")
		}
		start, length = 12, int(binary.LittleEndian.Uint32(file[8:]))
	}
	if length > len(file)-start {
		return "", nil, nil, errors.New("the NPY header is cut short")
	}
	dict := string(file[start : start+length])
	d, f, s := descrField.FindStringSubmatch(dict), fortranField.FindStringSubmatch(dict), shapeField.FindStringSubmatch(dict)
	if d == nil || f == nil || s == nil {
		return "", nil, nil, errors.New("the NPY header lacks descr, fortran_order or shape")
	}
	if f[1] == "True" {
		return "", nil, nil, errors.New("the array is in Fortran order; save numpy.ascontiguousarray(x)")
	}
	total := 1
	for _, field := range strings.Split(s[1], ",") {
		if field = strings.TrimSpace(field); field == "" {
			continue
		}
		n, err := strconv.Atoi(field)
		if err != nil {
			return "", nil, nil, fmt.Errorf("the shape (%s) is not readable", s[1])
		}
		if n > 0 && total > len(file)/n {
			return "", nil, nil, fmt.Errorf("the shape (%s) is larger than the file", s[1])
		}
		total *= n
		shape = append(shape, n)
	}
	return d[1], shape, file[start+length:], nil
}

// Shape reads the shape of an array of any type.
func Shape(file []byte) ([]int, error) {
	_, shape, _, err := parse(file)
	return shape, err
}

// ReadFloat32 reads an array of floats or integers. Bytes after the data are ignored.
func ReadFloat32(file []byte) (shape []int, values []float32, err error) {
	descr, shape, data, err := parse(file)
	if err != nil {
		return nil, nil, err
	}
	decode, ok := decoders[descr]
	if !ok {
		return nil, nil, fmt.Errorf("the array has type %q; save it as float32", descr)
	}
	n := volume(shape)
	if len(data) < n*decode.size {
		return nil, nil, fmt.Errorf("the array %v needs %d bytes, the file has %d", shape, n*decode.size, len(data))
	}
	values = make([]float32, n)
	for i := range values {
		values[i] = decode.get(data[i*decode.size:])
	}
	return shape, values, nil
}

var decoders = map[string]struct {
	size int
	get  func([]byte) float32
}{
	"<f4": {4, func(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) }},
	"<f8": {8, func(b []byte) float32 { return float32(math.Float64frombits(binary.LittleEndian.Uint64(b))) }},
	"<i4": {4, func(b []byte) float32 { return float32(int32(binary.LittleEndian.Uint32(b))) }},
	"<i8": {8, func(b []byte) float32 { return float32(int64(binary.LittleEndian.Uint64(b))) }},
	"|u1": {1, func(b []byte) float32 { return float32(b[0]) }},
}

// ReadBytes reads an array of bytes without copying it. Bytes after the data are ignored.
func ReadBytes(file []byte) (shape []int, values []byte, err error) {
	descr, shape, data, err := parse(file)
	if err != nil {
		return nil, nil, err
	}
	if descr != "|u1" {
		return nil, nil, fmt.Errorf("the array has type %q, want |u1", descr)
	}
	if len(data) < volume(shape) {
		return nil, nil, fmt.Errorf("the array %v needs %d bytes, the file has %d", shape, volume(shape), len(data))
	}
	return shape, data[:volume(shape)], nil
}
