"""OpenVINO's intermediate representation, version 10, as ONNX nodes: the operators that the two networks use.

Sizes in such a file are fixed, so all that is computed from sizes or from constants alone is computed here, once, and
the graph that comes out has only what depends on its input.
"""

import os
import xml.etree.ElementTree as xml

import numpy as np
from onnx import helper, numpy_helper

TYPES = {"f32": np.float32, "f16": np.float16, "i64": np.int64, "i32": np.int32}


class Layer:
    def __init__(self, element, prefix):
        self.id, self.type, self.name = (element.get(k) for k in ("id", "type", "name"))
        self.name = prefix + self.name
        data = element.find("data")
        self.data = {} if data is None else data.attrib
        self.inputs = [p.get("id") for p in element.findall("input/port")]
        self.outputs = {p.get("id"): tuple(int(d.text) for d in p.findall("dim")) for p in element.findall("output/port")}

    def numbers(self, key):
        return [int(v) for v in self.data[key].split(",")]


class Network:
    """A network read from NAME.xml and NAME.bin. The names of its layers are unique in it; `prefix` keeps those of two apart."""

    def __init__(self, folder, name, prefix=""):
        root = xml.parse(os.path.join(folder, name + ".xml")).getroot()
        if root.get("version") != "10":
            raise SystemExit(f"{name}.xml: version {root.get('version')} of the representation; 10 is known")
        with open(os.path.join(folder, name + ".bin"), "rb") as f:
            self.weights = f.read()
        self.prefix = prefix
        self.layers = [Layer(e, prefix) for e in root.find("layers")]
        self.edges = {(e.get("to-layer"), e.get("to-port")): (e.get("from-layer"), e.get("from-port")) for e in root.find("edges")}

    def constant(self, layer):
        start, size = int(layer.data["offset"]), int(layer.data["size"])
        shape = layer.numbers("shape") if layer.data["shape"] else []
        if start + size > len(self.weights):
            raise SystemExit(f"constant {layer.name}: its bytes lie behind the end of the file")
        return np.frombuffer(self.weights[start : start + size], TYPES[layer.data["element_type"]]).reshape(shape)

    def ordered(self):
        """The layers, each after those it reads."""
        by_id, done, out = {l.id: l for l in self.layers}, set(), []
        stack = [l.id for l in reversed(self.layers)]
        while stack:
            layer = by_id[stack[-1]]
            missing = [self.edges[layer.id, p][0] for p in layer.inputs if self.edges[layer.id, p][0] not in done]
            if missing and layer.id not in done:
                stack += missing
                continue
            stack.pop()
            if layer.id not in done:
                done.add(layer.id)
                out.append(layer)
        return out

    def add_to(self, graph, inputs):
        """Appends the network, its parameters replaced by `inputs`, and returns the value of each result."""
        values, results = {}, {}  # by (layer, port): an array or the name of a value
        for layer in self.ordered():
            args = [values[self.edges[layer.id, p]] for p in layer.inputs]
            if layer.type == "Parameter":
                made = [inputs[layer.name.removeprefix(self.prefix)]]
            elif layer.type == "Const":
                made = [self.constant(layer)]
            elif layer.type == "Result":
                results[layer.name.removeprefix(self.prefix).split("/")[0]] = args[0]
                continue
            elif layer.type == "ShapeOf":
                source = next(l for l in self.layers if l.id == self.edges[layer.id, layer.inputs[0]][0])
                made = [np.array(source.outputs[self.edges[layer.id, layer.inputs[0]][1]], np.int64)]
            elif all(isinstance(a, np.ndarray) for a in args):
                made = [np.asarray(fold(layer, args))]
            else:
                made = convert(graph, layer, args)
            values.update({(layer.id, port): value for port, value in zip(layer.outputs, made, strict=True)})
        return results


def fold(layer, args):
    match layer.type:
        case "Gather":
            return np.take(args[0], args[1], axis=int(args[2]))
        case "Unsqueeze":
            return np.expand_dims(args[0], tuple(args[1].ravel().tolist()))
        case "Concat":
            return np.concatenate(args, int(layer.data["axis"]))
        case "Broadcast" if layer.data["mode"] == "bidirectional":
            return np.broadcast_to(args[0], np.broadcast_shapes(args[0].shape, tuple(args[1])))
        case "Broadcast":
            return np.broadcast_to(args[0], tuple(args[1]))
        case "Tile":
            return np.tile(args[0], args[1])
        case "Add":
            return args[0] + args[1]
        case "Multiply":
            return args[0] * args[1]
        case "Reshape":
            return args[0].reshape([args[0].shape[i] if n == 0 else n for i, n in enumerate(args[1])])
    raise SystemExit(f"{layer.type} ({layer.name}) of constants is not converted")


class Graph:
    """Nodes and initialisers with names of their own."""

    def __init__(self):
        self.nodes, self.initialisers = [], {}

    def name(self, value, hint):
        """The name of a value; a constant becomes an initialiser, once for each hint and content."""
        if isinstance(value, str):
            return value
        value = np.ascontiguousarray(value)
        name, n = hint, 1
        while name in self.initialisers and not (
            self.initialisers[name].dtype == value.dtype and np.array_equal(self.initialisers[name], value)
        ):
            n += 1
            name = f"{hint}.{n}"
        self.initialisers[name] = value
        return name

    def add(self, op, name, args, outputs=1, **attributes):
        names = [name] if outputs == 1 else [f"{name}.{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(op, args, names, name=name, **attributes))
        return names

    def tensors(self):
        return [numpy_helper.from_array(v, k) for k, v in self.initialisers.items()]


def convert(graph, layer, args):
    """The ONNX form of one layer whose first argument is computed."""

    def value(i, suffix="constant"):
        return graph.name(args[i], f"{layer.name}.{suffix}")

    match layer.type:
        case "Add" | "Multiply" | "Power":
            op = {"Add": "Add", "Multiply": "Mul", "Power": "Pow"}[layer.type]
            return graph.add(op, layer.name, [value(0), value(1)])
        case "ReduceMean":
            return graph.add("ReduceMean", layer.name, [value(0)], axes=args[1].ravel().tolist(), keepdims=int(layer.data["keep_dims"] == "true"))
        case "MatMul":
            if layer.data["transpose_a"] != "false":
                raise SystemExit(f"{layer.name}: a transposed first factor is not converted")
            args[1] = np.swapaxes(args[1], -1, -2) if layer.data["transpose_b"] == "true" else args[1]
            return graph.add("MatMul", layer.name, [value(0), value(1, "weight")])
        case "PReLU":
            if args[1].size != 1:
                raise SystemExit(f"{layer.name}: {args[1].size} slopes; one is converted")
            return graph.add("LeakyRelu", layer.name, [value(0)], alpha=float(args[1].ravel()[0]))
        case "Reshape":
            return graph.add("Reshape", layer.name, [value(0), value(1, "shape")])
        case "Squeeze":
            return graph.add("Squeeze", layer.name, [value(0), graph.name(args[1].ravel().astype(np.int64), f"{layer.name}.axes")])
        case "VariadicSplit":
            sizes = graph.name(args[2].astype(np.int64), f"{layer.name}.sizes")
            return graph.add("Split", layer.name, [value(0), sizes], len(layer.outputs), axis=int(args[1]))
        case "Convolution" | "GroupConvolution" | "GroupConvolutionBackpropData":
            return convolution(graph, layer, args, value)
    raise SystemExit(f"operator {layer.type} ({layer.name}) is not converted")


def convolution(graph, layer, args, value):
    """Weights are [Co,Ci,kh,kw]; grouped ones [G,Co/G,Ci/G,kh,kw], transposed ones [G,Ci/G,Co/G,kh,kw]. ONNX joins the first two."""
    if layer.data.get("auto_pad", "explicit") not in ("explicit", "notset"):
        raise SystemExit(f"{layer.name}: padding {layer.data['auto_pad']} is not converted")
    groups = 1
    if layer.type != "Convolution":
        groups, a, b, *kernel = args[1].shape
        args[1] = args[1].reshape(groups * a, b, *kernel)
    attributes = {
        "group": groups,
        "strides": layer.numbers("strides"),
        "dilations": layer.numbers("dilations"),
        "pads": layer.numbers("pads_begin") + layer.numbers("pads_end"),
        "kernel_shape": list(args[1].shape[2:]),
    }
    transposed = layer.type == "GroupConvolutionBackpropData"
    if transposed:
        attributes["output_padding"] = layer.numbers("output_padding")
    return graph.add("ConvTranspose" if transposed else "Conv", layer.name, [value(0), value(1, "weight")], **attributes)
