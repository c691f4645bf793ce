"""Writes small.onnx, a generator of 32x32 pictures with random weights, and small.json, what ONNX Runtime makes of it.

python small.py (needs numpy, onnx and onnxruntime)
"""

import json

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

random = np.random.RandomState(4)
weights = {}


def weight(name, *shape, spread):
    weights[name] = (spread * random.standard_normal(shape)).astype(np.float32)
    return name


nodes = [
    helper.make_node("Gemm", ["latent", weight("fc.weight", 6 * 16, 8, spread=0.5), weight("fc.bias", 6 * 16, spread=0.1)],
                     ["flat"], "fc", transB=1),
    helper.make_node("Reshape", ["flat", "shape"], ["start"], "start"),
    helper.make_node("Resize", ["start", "", "twice"], ["start x2"], "up1", mode="nearest",
                     coordinate_transformation_mode="asymmetric", nearest_mode="floor"),
    helper.make_node("Conv", ["start x2", weight("conv1.weight", 7, 6, 3, 3, spread=0.2), weight("conv1.bias", 7, spread=0.1)],
                     ["c1"], "first convolution", pads=[1, 1, 1, 1]),
    helper.make_node("LeakyRelu", ["c1"], ["a1"], "act1", alpha=0.2),
    # A branch beside the convolutions: rendering from either of them has to carry it along.
    helper.make_node("Gemm", ["latent", weight("style.weight", 7, 8, spread=0.3), weight("style.bias", 7, spread=0.1)],
                     ["s"], "style", transB=1),
    helper.make_node("Reshape", ["s", "channels"], ["s4"], "style4"),
    helper.make_node("ConvTranspose", ["a1", weight("conv2.weight", 7, 7, 4, 4, spread=0.2)], ["c2"], "second convolution",
                     strides=[2, 2], pads=[1, 1, 1, 1]),
    helper.make_node("Mul", ["c2", "s4"], ["styled"], "modulate"),
    helper.make_node("LeakyRelu", ["styled"], ["a2"], "act2", alpha=0.2),
    helper.make_node("Resize", ["a2", "", "twice"], ["a2 x2"], "up2", mode="nearest",
                     coordinate_transformation_mode="asymmetric", nearest_mode="floor"),
    helper.make_node("Conv", ["a2 x2", weight("conv3.weight", 3, 7, 3, 3, spread=0.2), weight("conv3.bias", 3, spread=0.1)],
                     ["c3"], "to colours", auto_pad="SAME_UPPER"),
    helper.make_node("Sigmoid", ["c3"], ["picture"], "sigmoid"),
]
constants = {
    "shape": np.array([1, 6, 4, 4], np.int64),
    "channels": np.array([1, 7, 1, 1], np.int64),
    "twice": np.array([1, 1, 2, 2], np.float32),
}
graph = helper.make_graph(
    nodes, "small generator",
    [helper.make_tensor_value_info("latent", TensorProto.FLOAT, ["N", 8])],
    [helper.make_tensor_value_info("picture", TensorProto.FLOAT, [1, 3, 32, 32])],
    [numpy_helper.from_array(v, k) for k, v in {**weights, **constants}.items()])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="small.py")
model.ir_version = 7
onnx.checker.check_model(model)
onnx.save(model, "small.onnx")
z = np.sin(1 + 1.3 * np.arange(8, dtype=np.float64)).astype(np.float32)[None]
picture = onnxruntime.InferenceSession("small.onnx").run(None, {"latent": z})[0]
with open("small.json", "w") as out:
    # In [-1,1], as generators render: 2x-1 of the sigmoid.
    image = 2 * picture.astype(np.float64) - 1
    json.dump({"latent": "sin(1 + 1.3 i)", "sum": image.sum(), "abs": np.abs(image).sum(),
               "first": image.ravel()[:6].tolist(), "last": image.ravel()[-6:].tolist()}, out, indent=1)
    out.write("\n")
