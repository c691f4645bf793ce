package checkpoint

import (
	"errors"
	"fmt"
)

// Module is a PyTorch module inside a plain pickle, read as data: what it was made from, and its tensors.
type Module struct {
	Class   string   // name of the class; without its source
	Args    Tuple    // positional arguments of its constructor
	Kwargs  *Dict    // named arguments
	Modules []string // direct children
	tensors *Dict    // parameters and buffers of all descendants by dotted names
	file    *File
}

// persistent is how NVIDIA's networks are stored: their class's source and their attributes in one dictionary.
const persistent = "torch_utils.persistence._reconstruct_persistent_obj"

const (
	maxModuleDepth = 16
	maxModules     = 4096
)

// Module reads an entry of the outermost dictionary of a plain pickle.
func (f *File) Module(key string) (*Module, error) {
	root, ok := f.Root.(*Dict)
	var v any
	if ok {
		v, ok = root.Get(key)
	}
	if !ok {
		return nil, fmt.Errorf("%s: no entry %q", f.name, key)
	}
	class, state, err := attributes(v)
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", f.name, key, err)
	}
	m := &Module{Class: class, tensors: NewDict(), Kwargs: NewDict(), file: f}
	if args, ok := state.Get("_init_args"); ok {
		m.Args, _ = args.(Tuple)
	}
	if kwargs, ok := state.Get("_init_kwargs"); ok {
		if d, ok := kwargs.(*Dict); ok {
			m.Kwargs = d
		}
	}
	m.Modules = children(state).Keys()
	left := maxModules
	if err := m.collect(state, "", 0, &left); err != nil {
		return nil, fmt.Errorf("%s: %s: %w", f.name, key, err)
	}
	return m, nil
}

// attributes finds the class and the attributes of a module in either form.
func attributes(v any) (class string, state *Dict, err error) {
	o, ok := v.(*Object)
	if !ok {
		return "", nil, fmt.Errorf("%T where a module belongs", v)
	}
	if o.Class != persistent {
		if state, ok = o.State.(*Dict); !ok {
			return "", nil, fmt.Errorf("an object of class %.80q has no attributes", o.Class)
		}
		return o.Class, state, nil
	}
	if len(o.Args) == 1 {
		if meta, ok := o.Args[0].(*Dict); ok {
			name, _ := meta.Get("class_name")
			class, _ = name.(string)
			inner, _ := meta.Get("state")
			if state, ok = inner.(*Dict); ok && class != "" {
				return class, state, nil
			}
		}
	}
	return "", nil, errors.New("a persistent object without class_name and state")
}

func children(state *Dict) *Dict {
	v, _ := state.Get("_modules")
	if d, ok := v.(*Dict); ok {
		return d
	}
	return NewDict()
}

func (m *Module) collect(state *Dict, prefix string, depth int, left *int) error {
	if *left--; depth > maxModuleDepth || *left < 0 {
		return errors.New("modules are nested without end")
	}
	for _, kind := range []string{"_parameters", "_buffers"} {
		v, _ := state.Get(kind)
		d, ok := v.(*Dict)
		if !ok {
			continue
		}
		for _, name := range d.Keys() {
			v, _ := d.Get(name)
			if v == nil { // a parameter that the module was built without
				continue
			}
			t, ok := v.(*Tensor)
			if !ok {
				return fmt.Errorf("%s%s is %T, not a tensor", prefix, name, v)
			}
			m.tensors.Set(prefix+name, t)
		}
	}
	modules := children(state)
	for _, name := range modules.Keys() {
		v, _ := modules.Get(name)
		_, inner, err := attributes(v)
		if err != nil {
			return fmt.Errorf("%s%s: %w", prefix, name, err)
		}
		if err := m.collect(inner, prefix+name+".", depth+1, left); err != nil {
			return err
		}
	}
	return nil
}

// State is the module's state dict.
func (m *Module) State() (*State, error) { return m.file.stateOf(m.tensors) }
