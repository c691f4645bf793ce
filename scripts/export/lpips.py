"""LPIPS v0.1 on AlexNet (the trunk the paper names) or VGG16 (the one its released code uses) (spec: metrics 1.2)."""

import torch
from torch import nn
from torch.nn import functional as F

from features import alexnet, vgg

TRUNKS = {
    "alex": (alexnet, ((0, 2), (2, 5), (5, 8), (8, 10), (10, 12)), (64, 192, 384, 256, 256)),
    "vgg": (lambda: vgg("vgg16"), ((0, 4), (4, 9), (9, 16), (16, 23), (23, 30)), (64, 128, 256, 512, 512)),
}


class Scaling(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("shift", torch.tensor([-0.030, -0.088, -0.188]).reshape(1, 3, 1, 1))
        self.register_buffer("scale", torch.tensor([0.458, 0.448, 0.450]).reshape(1, 3, 1, 1))

    def forward(self, x):
        return (x - self.shift) / self.scale


class Trunk(nn.Module):
    """slice1 to slice5, each layer under its index inside the whole trunk."""

    def __init__(self, name):
        super().__init__()
        make, slices, _ = TRUNKS[name]
        layers = make()
        for s, (start, end) in enumerate(slices, 1):
            part = nn.Sequential()
            for i in range(start, end):
                part.add_module(str(i), layers[i])
            self.add_module(f"slice{s}", part)

    def forward(self, x):
        taps = []
        for part in self.children():
            x = part(x)
            taps.append(x)
        return taps


class Linear(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.model = nn.Sequential(nn.Dropout(), nn.Conv2d(channels, 1, 1, bias=False))

    def forward(self, x):
        return self.model(x)


def unit(x):
    # The eps is outside the root, so that an all-zero vector stays zero.
    return x / (torch.sqrt((x * x).sum(1, keepdim=True)) + 1e-10)


class LPIPS(nn.Module):
    """Two batches in [-1,1] -> the map of distances at their size, and the mean over every tap at its own size."""

    def __init__(self, name):
        super().__init__()
        self.scaling_layer = Scaling()
        self.net = Trunk(name)
        for i, channels in enumerate(TRUNKS[name][2]):
            self.add_module(f"lin{i}", Linear(channels))

    def forward(self, x, y):
        total, scalar = 0, 0
        for i, (a, b) in enumerate(zip(self.net(self.scaling_layer(x)), self.net(self.scaling_layer(y)))):
            e = getattr(self, f"lin{i}")((unit(a) - unit(b)) ** 2)
            total = total + F.interpolate(e, size=x.shape[2:], mode="bilinear", align_corners=False)
            scalar = scalar + e.mean((1, 2, 3))
        return total, scalar


def state(name, trunk, linear):
    """The state dict from a torchvision file and a file of linear weights."""
    model = {}
    for s, (start, end) in enumerate(TRUNKS[name][1], 1):
        for i in range(start, end):
            for kind in ("weight", "bias"):
                if (key := f"features.{i}.{kind}") in trunk:
                    model[f"net.slice{s}.{i}.{kind}"] = trunk[key]
    # Later exports of the linear weights hold each one twice, the second time under "lins.".
    model |= {k: v for k, v in linear.items() if not k.startswith("lins.")}
    scaling = Scaling().state_dict(prefix="scaling_layer.")
    return scaling | model
