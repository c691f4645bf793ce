"""The two large scoring networks with random weights, defined in scripts/export."""

import os
import sys

import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "export"))

from inception import Inception  # noqa: E402
from upernet import UPerNet  # noqa: E402

# Module, height and width of the picture, and the names of the outputs.
SCORERS = {"upernet": (UPerNet, 256, ("object", "part")), "inception": (Inception, 299, ("features",))}


def scorer(name):
    torch.manual_seed(1)
    module, size, outputs = SCORERS[name]
    return module().float().eval(), size, outputs


def export(module, size, outputs, path):
    torch.onnx.export(module, (torch.zeros(1, 3, size, size),), path, opset_version=17, dynamo=False,
                      input_names=["x"], output_names=list(outputs))
