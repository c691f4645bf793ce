"""Turns the published weights of a metric network into one ONNX file that tests itself.

    python export.py lpips-alex --weights alexnet-owt-7be5be79.pth alex.pth --out lpips-alex.onnx
    python export.py all --formula-weights --out FOLDER

The file carries, in its metadata, an 8-bit input with the answer it must give, and what the metrics must know: value
range, resizing, names of labels or attributes.
"""

import argparse
import base64
import hashlib
import io
import json
import os
import re

import numpy as np
import onnx
import onnxruntime
import torch

import formula
from networks import NETWORKS, golden_picture, part_labels


def encode(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def scaled(x, scale):
    """Applies "x" and its operations with constants from left to right in float32, as the reader does."""
    x = x.astype(np.float32)
    for op, c in re.findall(r"([-+*/])([0-9.]+)", scale.removeprefix("x")):
        c = np.float32(c)
        x = {"-": x - c, "+": x + c, "*": x * c, "/": x / c}[op]
    return x


def golden(model, inputs8, scale, positions=64):
    """The network's answer to 8-bit pictures; of a large output, `positions` evenly spread numbers."""
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    feed = {name: scaled(x, scale) for name, x in inputs8.items()}
    outputs = {}
    for info, value in zip(session.get_outputs(), session.run(None, feed)):
        entry = {"shape": list(value.shape), "dtype": "float32"}
        flat = value.astype("<f4").ravel()
        if flat.size > positions:
            index = np.linspace(0, flat.size - 1, positions).round().astype(int)
            entry["index"], flat = index.tolist(), flat[index]
        outputs[info.name] = {**entry, "data": encode(flat)}
    inputs = {name: {"shape": list(x.shape), "dtype": "uint8", "scale": scale, "data": encode(x)} for name, x in inputs8.items()}
    return json.dumps({"inputs": inputs, "outputs": outputs, "rtol": 1e-4, "atol": 1e-4})


def replace(path, data):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path + ".tmp", "wb") as f:
        f.write(data)
    os.replace(path + ".tmp", path)


@torch.no_grad()
def save(module, network, path, properties):
    inputs8 = {name: golden_picture(name, *network.size) for name in network.inputs}
    example = tuple(torch.from_numpy(scaled(x, network.scale)) for x in inputs8.values())
    every = {axis: name for axis, name in ((0, "N"), (2, "H"), (3, "W")) if name in network.dynamic}
    axes = {name: every for name in network.inputs}
    for name, value in zip(network.outputs, flatten(module(*example))):
        axes[name] = {i: f"{name}_{letter}" for i, letter in every.items() if i < value.dim()}
    file = io.BytesIO()
    torch.onnx.export(module.float().eval(), example, file, opset_version=17, dynamo=False, input_names=list(network.inputs),
                      output_names=list(network.outputs), dynamic_axes=axes if every else None)
    model = onnx.load_from_string(file.getvalue())
    onnx.checker.check_model(model, full_check=True)
    data = model.SerializeToString()
    onnx.helper.set_model_props(model, {**network.properties, **properties, "golden": golden(data, inputs8, network.scale)})
    replace(path, model.SerializeToString())


def flatten(outputs):
    return outputs if isinstance(outputs, (tuple, list)) else (outputs,)


def by_formula(name):
    """The network with formula weights under the key names of its published files."""
    module = NETWORKS[name].make()
    if name == "netpqc":  # two files, so two sets of keys
        formula.fill(module.encoder)
        formula.fill(module.decoder)
        return module.eval()
    return formula.fill(module, keep=("scaling_layer.",))


def published(name, paths):
    network = NETWORKS[name]
    if len(paths) != len(network.files):
        raise SystemExit(f"{name} is made of {len(network.files)} files, in this order: {', '.join(network.files)}")
    files = [torch.load(p, map_location="cpu", weights_only=True) for p in paths]
    return network.load(network.make(), *files).eval()


def sha256(path):
    with open(path, "rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", choices=[*NETWORKS, "all"])
    parser.add_argument("--weights", nargs="+", default=[], help="the published files, in the order the README lists")
    parser.add_argument("--formula-weights", action="store_true", help="fill the weights by the rule of formula.py instead")
    parser.add_argument("--labels", help="labels.json of the netpqc segmenter")
    parser.add_argument("--out", required=True, help="the ONNX file; for all, a folder")
    args = parser.parse_args()
    if args.formula_weights == bool(args.weights) or args.network == "all" and args.weights:
        parser.error("give --weights for one network, or --formula-weights")
    if args.network == "netpqc" and args.weights and not args.labels:
        parser.error("netpqc needs --labels labels.json: without it no part has a number")
    for name in NETWORKS if args.network == "all" else [args.network]:
        properties = {"weights": "formula"}
        if args.weights:
            properties["weights"] = ",".join(f"{os.path.basename(p)} sha256 {sha256(p)}" for p in args.weights)
        if name == "netpqc" and args.labels:
            with open(args.labels) as f:
                properties["part_labels"] = part_labels(f.read())
        module = published(name, args.weights) if args.weights else by_formula(name)
        path = os.path.join(args.out, name + ".onnx") if args.network == "all" else args.out
        save(module, NETWORKS[name], path, properties)
        print(f"{path}: {os.path.getsize(path):,} bytes, sha256 {sha256(path)}")


if __name__ == "__main__":
    main()
