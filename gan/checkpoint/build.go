package checkpoint

import (
	"bytes"
	"errors"
	"fmt"
)

// name is a Python global: only those below exist, everything else is refused.
type name string

const (
	orderedDict      name = "collections.OrderedDict"
	namespace        name = "argparse.Namespace"
	rebuildTensor    name = "torch._utils._rebuild_tensor"    // PyTorch 0.1 to 0.3
	rebuildTensorV2  name = "torch._utils._rebuild_tensor_v2" // with gradient flag and hooks, both ignored
	rebuildParameter name = "torch._utils._rebuild_parameter"
)

// storageClasses are PyTorch's storages whose elements can become float32.
var storageClasses = map[name]elementClass{
	"torch.FloatStorage":    {"FloatStorage", 4},
	"torch.DoubleStorage":   {"DoubleStorage", 8},
	"torch.HalfStorage":     {"HalfStorage", 2},
	"torch.BFloat16Storage": {"BFloat16Storage", 2},
	"torch.LongStorage":     {"LongStorage", 8},
	"torch.IntStorage":      {"IntStorage", 4},
	"torch.ShortStorage":    {"ShortStorage", 2},
	"torch.CharStorage":     {"CharStorage", 1},
	"torch.ByteStorage":     {"ByteStorage", 1},
	"torch.BoolStorage":     {"BoolStorage", 1},
}

func (u *unpickler) global() error {
	var parts [2]string
	for i := range parts {
		end := bytes.IndexByte(u.data[u.pos:], '\n')
		if end < 0 {
			return errShort
		}
		parts[i] = string(u.data[u.pos : u.pos+end])
		u.pos += end + 1
	}
	return u.named(name(parts[0] + "." + parts[1]))
}

func (u *unpickler) named(full name) error {
	switch full {
	case orderedDict, namespace, rebuildTensor, rebuildTensorV2, rebuildParameter:
	default:
		if _, ok := storageClasses[full]; !ok && !u.foreign {
			return fmt.Errorf("the file names %.80q, which is not a part of a file of weights; nothing was executed", string(full))
		}
	}
	u.push(full)
	return nil
}

// construct carries out REDUCE, NEWOBJ and BUILD, pickle's ways to make objects.
func (u *unpickler) construct(op byte) error {
	argument, err := u.pop()
	if err != nil {
		return err
	}
	target, err := u.pop()
	if err != nil {
		return err
	}
	if op == opBuild {
		u.push(target)
		if _, isDict := target.(*Dict); u.foreign && !isDict {
			foreignBuild(target, argument)
			return nil
		}
		return build(target, argument)
	}
	function, ok := target.(name)
	if !ok {
		return fmt.Errorf("the pickle calls %T", target)
	}
	arguments, ok := argument.(Tuple)
	if !ok {
		return fmt.Errorf("the pickle calls %s with %T", function, argument)
	}
	v, err := u.call(function, arguments)
	if err != nil {
		return fmt.Errorf("%s: %w", function, err)
	}
	u.push(v)
	return nil
}

// build sets attributes. For a namespace they are its content; an ordered dictionary's (PyTorch keeps the
// version numbers of modules there) carry nothing that weights need.
func build(target, attributes any) error {
	d, ok := target.(*Dict)
	if !ok {
		return fmt.Errorf("the pickle sets attributes of %T", target)
	}
	a, ok := attributes.(*Dict)
	if !ok {
		return fmt.Errorf("the pickle sets attributes from %T", attributes)
	}
	if d.Len() == 0 && d != a {
		for _, k := range a.keys {
			if k != "_metadata" {
				d.set(k, a.entries[k])
			}
		}
	}
	return nil
}

func (u *unpickler) call(function name, arguments Tuple) (any, error) {
	switch function {
	case orderedDict, namespace:
		return dictOf(arguments)
	case rebuildTensor, rebuildTensorV2:
		return tensorOf(arguments)
	case rebuildParameter: // (tensor, requires_grad, hooks)
		if len(arguments) > 0 {
			if t, ok := arguments[0].(*Tensor); ok {
				return t, nil
			}
		}
		return nil, errors.New("no tensor given")
	}
	if u.foreign {
		return u.foreignCall(function, arguments)
	}
	return nil, errors.New("a storage is not a function")
}

// dictOf makes a dictionary from nothing or, as Python 2 wrote it, from one list of pairs.
func dictOf(arguments Tuple) (*Dict, error) {
	d := NewDict()
	if len(arguments) == 0 {
		return d, nil
	}
	list, ok := arguments[0].(*List)
	if len(arguments) != 1 || !ok {
		return nil, errors.New("unexpected arguments")
	}
	for _, item := range list.Items {
		var pair []any
		switch p := item.(type) {
		case *List:
			pair = p.Items
		case Tuple:
			pair = p
		}
		if len(pair) != 2 {
			return nil, errors.New("an entry is not a pair")
		}
		if err := put(d, pair[0], pair[1]); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// put adds an entry with any key that a dictionary of weights can have.
func put(d *Dict, key, value any) error {
	switch key.(type) {
	case string, int64:
		d.set(key, value)
		return nil
	}
	return fmt.Errorf("dictionary key of type %T", key)
}

// tensorOf reads (storage, offset, size, stride, ...); what follows concerns gradients only.
func tensorOf(arguments Tuple) (*Tensor, error) {
	if len(arguments) < 4 {
		return nil, errors.New("too few arguments")
	}
	s, ok := arguments[0].(*storage)
	if !ok {
		return nil, errors.New("the first argument is no storage")
	}
	offset, ok := arguments[1].(int64)
	if !ok {
		return nil, errors.New("the offset is no integer")
	}
	shape, err := integers(arguments[2])
	if err != nil {
		return nil, fmt.Errorf("size: %w", err)
	}
	strides, err := integers(arguments[3])
	if err != nil {
		return nil, fmt.Errorf("stride: %w", err)
	}
	return newTensor(s, int(offset), shape, strides)
}

func integers(v any) ([]int, error) {
	t, ok := v.(Tuple)
	if !ok {
		return nil, fmt.Errorf("%T where a tuple belongs", v)
	}
	out := make([]int, len(t))
	for i, item := range t {
		n, ok := item.(int64)
		if !ok {
			return nil, fmt.Errorf("%T where an integer belongs", item)
		}
		out[i] = int(n)
	}
	return out, nil
}

// fill carries out the instructions that add to lists and dictionaries.
func (u *unpickler) fill(op byte) error {
	var items []any
	var err error
	switch op {
	case opAppends, opSetItems:
		items, err = u.popMark()
	case opAppend, opSetItem:
		items = make([]any, 1, 2)
		if op == opSetItem {
			items = items[:2]
		}
		for i := len(items) - 1; i >= 0 && err == nil; i-- {
			items[i], err = u.pop()
		}
	}
	if err != nil {
		return err
	}
	target, err := u.pop()
	if err != nil {
		return err
	}
	u.push(target)
	if op == opAppend || op == opAppends {
		list, ok := target.(*List)
		if !ok {
			return fmt.Errorf("the pickle appends to %T", target)
		}
		list.Items = append(list.Items, items...)
		return nil
	}
	d, ok := target.(*Dict)
	if !ok || len(items)%2 != 0 {
		return fmt.Errorf("the pickle sets %d keys and values of %T", len(items), target)
	}
	for i := 0; i < len(items); i += 2 {
		if err := put(d, items[i], items[i+1]); err != nil {
			return err
		}
	}
	return nil
}
