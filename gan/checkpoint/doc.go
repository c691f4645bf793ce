// Package checkpoint reads and writes PyTorch checkpoints and safetensors files as plain data (spec: generators, section 8).
//
// PyTorch stores objects as Python pickles, which are programs. This reader is no Python: it knows the few
// instructions and the few names (tensors, parameters, storages, ordered dictionaries, argparse's namespace) that
// a file of weights needs, refuses everything else by name, and never allocates more than
// the file can back. Both layouts are read: the zip archive of PyTorch 1.6 and later, and the older run
// of pickles followed by raw storages. Offsets and strides are honoured, several tensors may
// share a storage, and floating and integer element types become float32.
//
//	f, err := checkpoint.Read("church.pt")
//	if err != nil { ... }
//	defer f.Close()
//	state, err := f.State("g_ema")
//	weight, err := state.Take("conv1.conv.weight", 1, 512, 512, 3, 3) // strict: shape and finite values
//	err = state.Finish()                                              // nothing may be left over
//
// Pickles of whole networks, as NVIDIA publishes them, are read likewise: an unknown class becomes an Object with its name,
// arguments and attributes, and File.Module finds the tensors. The source code that such a file carries
// is text among other text.
//
// Every error is one line that says which file and which tensor.
package checkpoint
