"""Progressive GAN in the official form: pixel norm, upsampling, equalised convolution, bias, leaky ReLU, layer by layer.

`Progressive` is the training form. It carries an output convolution for every size that a phase draws; only the last
is saved. `official_state` gives the names and shapes of a published checkpoint, and `sequential_render` renders such a
state dict by the formulas, sharing no code with the training form.

A Progressive GAN has no mapping network: thresholds of the scene are learned by its first layers. And nothing makes a
network that is told the whole scene derive one part of it from another. Where the world wants that (settings.Relation),
the features of the cause are taken from the scene and those of all other cells from a scene in which the cause's
coordinates are others; the picture wanted is the first scene's. So what depends on the cause is drawn from the
cause's cells, by the layers after the exchange.
"""

import io
import math

import torch
import torch.nn.functional as F
from torch import nn

from files import replace
from fused import norm_act


class Layer(nn.Module):
    """Convolution of a pixel-normalised map, bias, activation, and the pixel norm of the layer that follows."""

    def __init__(self, cin, cout, kernel, up=False, padding=1):
        super().__init__()
        self.up, self.padding = up, padding
        self.scale = math.sqrt(2) / (kernel * math.sqrt(cin))
        self.weight = nn.Parameter(torch.randn(cout, cin, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(cout))

    def forward(self, x):
        if self.up:
            x = F.interpolate(x, scale_factor=2.0, mode="nearest")
        return norm_act(F.conv2d(x, (self.weight * self.scale).to(x.dtype), padding=self.padding), self.bias)


class Output(nn.Module):
    """1x1 convolution to colours, equalised with gain 1. The official clamp to [-1,1] is left to whoever shows the picture."""

    def __init__(self, cin):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(3, cin, 1, 1))
        self.bias = nn.Parameter(torch.zeros(3))

    def forward(self, x):
        kernel = (self.weight[:, :, 0, 0] / math.sqrt(self.weight.shape[1])).to(x.dtype)
        rgb = F.linear(x.permute(0, 2, 3, 1), kernel).permute(0, 3, 1, 2)
        return rgb.float() + self.bias[None, :, None, None]


class Progressive(nn.Module):
    """z -> image at any of the resolutions of `settings.phases`."""

    def __init__(self, zdim, settings):
        super().__init__()
        sizes = sorted(settings.channels)
        widths = [settings.channels[size] for size in sizes]
        layers = [Layer(zdim, widths[0], 4, padding=3), Layer(widths[0], widths[0], 3)]
        for small, large in zip(widths, widths[1:]):
            layers += [Layer(small, large, 3, up=True), Layer(large, large, 3)]
        self.layers = nn.ModuleList(layers)
        self.outputs = nn.ModuleDict({str(size): Output(settings.channels[size]) for size, _, _ in settings.phases})
        self.largest = sizes[-1]

    def forward(self, z, size=None, dtype=torch.float32, exchange=None):
        """`exchange` is (layer, z of the other scene, mask [B,1,s,s] of the cells that keep the first)."""
        size = size or self.largest

        def run(x, first, last):
            for layer in self.layers[first:last]:
                x = layer(x)
            return x

        def start(z, last):
            x = z * torch.rsqrt(z.square().mean(1, keepdim=True) + 1e-8)
            x = run(x[:, :, None, None], 0, 1)  # thresholds want the full precision
            return run(x.to(dtype).contiguous(memory_format=torch.channels_last), 1, last)

        depth = 2 * int(math.log2(size // 4)) + 2
        if exchange is None:
            x = start(z, depth)
        else:
            at, other, mask = exchange
            mine, others = start(torch.cat([z, other]), at).chunk(2)
            x = run(torch.where(mask, mine, others).contiguous(memory_format=torch.channels_last), at, depth)
        return self.outputs[str(size)](x)

    def matrices(self):
        return [layer.weight for layer in self.layers]

    def groups(self):
        """The other parameters and their share of the learning rate."""
        return [([*(layer.bias for layer in self.layers), *self.outputs.parameters()], 1.0)]

    def save(self, path):
        """The plain official state dict as a PyTorch zip file."""
        file = io.BytesIO()
        torch.save(official_state(self), file)
        replace(path, file.getvalue())

    @staticmethod
    def render(saved, z, dtype=torch.float64):
        return sequential_render(saved, z, dtype)

    @staticmethod
    def parameters_of(saved):
        return sum(v.numel() for v in saved.values())


def official_state(network):
    out = {}
    for number, layer in enumerate(network.layers, 1):
        out[f"layer{number}.conv.weight"], out[f"layer{number}.wscale.b"] = layer.weight, layer.bias
    last = network.outputs[str(network.largest)]
    name = f"output_{network.largest}x{network.largest}"
    out[f"{name}.conv.weight"], out[f"{name}.wscale.b"] = last.weight, last.bias
    return {k: v.detach().float().contiguous().clone() for k, v in out.items()}


def sequential_render(state, z, dtype=torch.float64):
    """Renders a published state dict: every layer is norm, up (odd numbers from 3), conv, wscale, relu."""
    g = {k: v.to(dtype) for k, v in state.items()}
    x = z.to(dtype)[:, :, None, None]

    def norm(x):
        return x / torch.sqrt((x * x).mean(1, keepdim=True) + 1e-8)

    def convolution(name, x, gain, padding):
        w = g[f"{name}.conv.weight"]
        scale = gain / (w.shape[2] * math.sqrt(w.shape[1]))
        return F.conv2d(x, w, padding=padding) * scale + g[f"{name}.wscale.b"][None, :, None, None]

    number = 1
    while f"layer{number}.conv.weight" in g:
        x = norm(x)
        if number >= 3 and number % 2 == 1:
            x = x.repeat_interleave(2, 2).repeat_interleave(2, 3)
        x = F.leaky_relu(convolution(f"layer{number}", x, math.sqrt(2), 3 if number == 1 else 1), 0.2)
        number += 1
    return convolution(f"output_{x.shape[2]}x{x.shape[3]}", norm(x), 1, 0).clamp(-1, 1)
