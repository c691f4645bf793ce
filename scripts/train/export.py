"""Writes trained networks in their published forms; every file by way of a temporary one."""

import base64
import io
import json
import os

import numpy as np
import onnx
import onnxruntime
import torch

from files import replace
from scorers import STAGES, Perceptual


def encode(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def golden(model, inputs8, positions=64):
    """The network's answer to 8-bit pictures, as JSON; of a large output, `positions` evenly spread numbers."""
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    feed = {name: x.astype(np.float32) / np.float32(127.5) - np.float32(1) for name, x in inputs8.items()}
    outputs = {}
    for info, value in zip(session.get_outputs(), session.run(None, feed)):
        entry = {"shape": list(value.shape), "dtype": "float32"}
        flat = value.astype("<f4").ravel()
        if flat.size > positions:
            index = np.linspace(0, flat.size - 1, positions).round().astype(int)
            entry["index"], flat = index.tolist(), flat[index]
        outputs[info.name] = {**entry, "data": encode(flat)}
    inputs = {name: {"shape": list(x.shape), "dtype": "uint8", "scale": "x/127.5-1", "data": encode(x)}
              for name, x in inputs8.items()}
    return json.dumps({"inputs": inputs, "outputs": outputs, "rtol": 1e-4, "atol": 1e-4})


def save_onnx(module, inputs8, output_names, path, properties):
    """Exports with a dynamic batch and stores `properties` and the golden answer in the metadata."""
    names = list(inputs8)
    example = tuple(torch.from_numpy(x).float() / 127.5 - 1 for x in inputs8.values())
    file = io.BytesIO()
    torch.onnx.export(module.float().eval(), example, file, opset_version=17, dynamo=False, input_names=names,
                      output_names=output_names, dynamic_axes={name: {0: "N"} for name in names + output_names})
    model = onnx.load_from_string(file.getvalue())
    onnx.checker.check_model(model, full_check=True)
    properties = {**properties, "golden": golden(model.SerializeToString(), inputs8)}
    onnx.helper.set_model_props(model, properties)
    replace(path, model.SerializeToString())


@torch.no_grad()
def save_scorers(classifier, segmenter, weights, pool, test, settings, folder, command):
    """attributes.onnx, segmenter.onnx and lpips.onnx."""
    x, y = test.image8[0:1].numpy(), test.image8[1:2].numpy()
    for module in (classifier, segmenter):  # the exporter wants plain memory
        module.to(memory_format=torch.contiguous_format)
    common = {"input_range": "-1,1", "trained_by": command, "world": pool.world}
    features = [f"feat{i}" for i in range(1, len(STAGES) + 1)]
    save_onnx(classifier, {"x": x}, ["logits", *features], os.path.join(folder, "attributes.onnx"),
              {**common, "attributes": ",".join(settings.switches)})
    save_onnx(segmenter, {"x": x}, ["logits"], os.path.join(folder, "segmenter.onnx"),
              {**common, "labels": ",".join(pool.labels)})
    save_onnx(Perceptual(classifier, weights), {"x": x, "y": y}, ["map"], os.path.join(folder, "lpips.onnx"),
              {**common, "weights": "inverse mean squared difference of random pairs"})
