"""MobileStyleGAN for faces of 1024 pixels, from the package random-face: mapping, truncation and synthesis in one graph."""

import os

import numpy as np
import onnx
from onnx import TensorProto, helper

from ir import Graph, Network

# The package draws 4,096 latents without a seed for its mean style. These are the first of NumPy's stream 0.
MEAN_OF, MEAN_SEED = 4096, 0
TRUNCATION = 0.5


def build(folder):
    """The model: z [1,512] -> image [1,3,1024,1024], RGB, nominally in [-1,1]. `truncation` is an initialiser."""
    mapping, synthesis = Network(folder, "MappingNetwork", "mapping/"), Network(folder, "SynthesisNetwork")
    graph = Graph()
    style = mapping.add_to(graph, {"var": "z"})["style"]
    mean = graph.name(mean_style(folder), "style_mean")
    psi = graph.name(np.array([TRUNCATION], np.float32), "truncation")
    (away,) = graph.add("Sub", "style_from_mean", [style, mean])
    (scaled,) = graph.add("Mul", "style_truncated_from_mean", [away, psi])
    (truncated,) = graph.add("Add", "style_truncated", [scaled, mean])
    image = synthesis.add_to(graph, {"style": truncated})["img"]
    graph.nodes.append(helper.make_node("Identity", [image], ["image"], name="image"))
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "MobileStyleGAN",
            [helper.make_tensor_value_info("z", TensorProto.FLOAT, [1, 512])],
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, 1024, 1024])],
            graph.tensors(),
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )
    onnx.checker.check_model(model, full_check=True)
    return model


class Engine:
    """The package's own files in OpenVINO, the engine that they were made for."""

    def __init__(self, folder):
        import openvino

        core = openvino.Core()
        # A CPU may otherwise compute in bfloat16.
        settings = {"INFERENCE_PRECISION_HINT": "f32"}
        self.mapping, self.synthesis = (
            core.compile_model(os.path.join(folder, f"{n}Network.xml"), "CPU", settings) for n in ("Mapping", "Synthesis")
        )

    def style(self, z):
        return np.concatenate([self.mapping([row[None]])[0] for row in z])

    def image(self, z, mean):
        return self.synthesis([mean + np.float32(TRUNCATION) * (self.style(z) - mean)])[0]


def mean_style(folder):
    z = np.random.RandomState(MEAN_SEED).randn(MEAN_OF, 512).astype(np.float32)
    return Engine(folder).style(z).mean(0, keepdims=True, dtype=np.float64).astype(np.float32)


def check(model, folder, session, count=3):
    """The largest difference between ONNX Runtime and OpenVINO over some images, in units of [-1,1]."""
    mean = next(onnx.numpy_helper.to_array(t) for t in model.graph.initializer if t.name == "style_mean")
    engine, worst = Engine(folder), 0.0
    for seed in range(count):
        z = np.random.RandomState(seed).randn(1, 512).astype(np.float32)
        worst = max(worst, float(np.abs(session.run(None, {"z": z})[0] - engine.image(z, mean)).max()))
    return worst
