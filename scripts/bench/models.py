"""The two generators in plain PyTorch: what a careful user would write for a CPU.

Weights are prepared once (equalisation, table of squared taps), the style multiplies the map instead of the weight,
and the blur is one depthwise convolution. Noise is left out: the random networks here have noise strength zero, so that
both programs draw the same picture and can be compared number by number.
"""

import math

import torch
import torch.nn.functional as F

BLUR = torch.outer(torch.tensor([1.0, 3, 3, 1]), torch.tensor([1.0, 3, 3, 1])) / 16

# Channels by resolution of the published config F.
CONFIG_F = {4: 512, 8: 512, 16: 512, 32: 512, 64: 512, 128: 256, 256: 128, 512: 64, 1024: 32}
# Channels by resolution of the published Progressive GANs of 256 pixels.
PROGRESSIVE_256 = {4: 512, 8: 512, 16: 512, 32: 256, 64: 128, 128: 64, 256: 32}


def random_stylegan2(size, seed=1, latent=512, mapping=8):
    """A state dict in the official names with standard normal weights, as at the start of a training."""
    g = torch.Generator().manual_seed(seed)
    normal = lambda *shape: torch.randn(*shape, generator=g)
    channels = {r: c for r, c in CONFIG_F.items() if r <= size}
    state = {}
    for j in range(1, mapping + 1):
        state[f"style.{j}.weight"], state[f"style.{j}.bias"] = normal(latent, latent) * 100, torch.zeros(latent)
    state["input.input"] = normal(1, channels[4], 4, 4)

    def conv(name, cin, cout, kernel):
        state[f"{name}.conv.weight"] = normal(1, cout, cin, kernel, kernel)
        state[f"{name}.conv.modulation.weight"] = normal(cin, latent)
        state[f"{name}.conv.modulation.bias"] = torch.ones(cin)

    def styled(name, cin, cout):
        conv(name, cin, cout, 3)
        state[f"{name}.noise.weight"] = torch.zeros(1)
        state[f"{name}.activate.bias"] = normal(cout) * 0.1

    def rgb(name, cin):
        conv(name, cin, 3, 1)
        state[f"{name}.bias"] = torch.zeros(1, 3, 1, 1)

    styled("conv1", channels[4], channels[4])
    rgb("to_rgb1", channels[4])
    for j, r in enumerate(list(channels)[1:]):
        styled(f"convs.{2 * j}", channels[r // 2], channels[r])
        styled(f"convs.{2 * j + 1}", channels[r], channels[r])
        rgb(f"to_rgbs.{j}", channels[r])
    return state


class StyleGAN2:
    """Renders a state dict in the official names. Layers are numbered as the method does: conv1 is layer 2."""

    def __init__(self, state):
        self.state = state
        self.convs = 1
        while f"convs.{self.convs - 1}.conv.weight" in state:
            self.convs += 1
        self.depth = sum(name.startswith("style.") and name.endswith(".weight") for name in state)
        self.prepare()

    def prepare(self):
        """Computes everything that depends on weights alone; inside a training step autograd sees it."""
        g = self.state
        self.affines, self.kernels = {}, {}
        for name in [self.name(layer) for layer in range(2, self.convs + 2)]:
            w = g[f"{name}.conv.weight"][0]
            w = w / math.sqrt(9 * w.shape[1])
            self.kernels[name] = (w, w.square().sum((2, 3)))
            self.affines[name] = self.affine(name)
        for number in range(1, self.convs // 2 + 2):
            name = self.rgb_name(number)
            w = g[f"{name}.conv.weight"][0, :, :, 0, 0]
            self.kernels[name] = w / math.sqrt(w.shape[1])
            self.affines[name] = self.affine(name)

    def affine(self, name):
        w = self.state[f"{name}.conv.modulation.weight"]
        return w / math.sqrt(w.shape[1]), self.state[f"{name}.conv.modulation.bias"]

    @staticmethod
    def name(layer):
        return "conv1" if layer == 2 else f"convs.{layer - 3}"

    @staticmethod
    def rgb_name(number):
        return "to_rgb1" if number == 1 else f"to_rgbs.{number - 2}"

    def styles(self, z):
        w = z * torch.rsqrt(z.square().mean(1, keepdim=True) + 1e-8)
        for j in range(1, self.depth + 1):
            weight, bias = self.state[f"style.{j}.weight"], self.state[f"style.{j}.bias"]
            w = F.linear(w, weight * (0.01 / math.sqrt(weight.shape[1])), bias * 0.01)
            w = F.leaky_relu(w, 0.2) * math.sqrt(2)
        return w

    def key(self, layer, x, w):
        """The keys of a layer and its style: the map times the style."""
        s = F.linear(w, *self.affines[self.name(layer)])
        return x * s[:, :, None, None], s

    def target(self, layer, key, s, kernel=None):
        """Keys to values: convolution, demodulation, blur after upsampling, bias and activation."""
        name = self.name(layer)
        weight, squares = kernel or self.kernels[name]
        if layer % 2:
            u = F.conv_transpose2d(key, weight.transpose(0, 1), stride=2)
            u = F.conv2d(u, BLUR.expand(u.shape[1], 1, 4, 4), padding=1, groups=u.shape[1])
        else:
            u = F.conv2d(key, weight, padding=1)
        u = u * torch.rsqrt(F.linear(s.square(), squares) + 1e-8)[:, :, None, None]
        return F.leaky_relu(u + self.state[f"{name}.activate.bias"][None, :, None, None], 0.2) * math.sqrt(2)

    def colours(self, number, x, w):
        name = self.rgb_name(number)
        kernel = self.kernels[name] * F.linear(w, *self.affines[name])[:, None, :]
        rgb = torch.bmm(kernel, x.flatten(2)).reshape(x.shape[0], 3, *x.shape[2:])
        return rgb + self.state[f"{name}.bias"]

    def context(self, layer, z):
        """Everything below a layer: its keys and style."""
        w = self.styles(z)
        x = self.state["input.input"].expand(z.shape[0], -1, -1, -1)
        for below in range(2, layer):
            x = self.target(below, *self.key(below, x, w))
        return self.key(layer, x, w)

    def image(self, z):
        w = self.styles(z)
        x = self.state["input.input"].expand(z.shape[0], -1, -1, -1)
        rgb = None
        for layer in range(2, self.convs + 2):
            x = self.target(layer, *self.key(layer, x, w))
            if layer % 2:
                continue
            colours = self.colours(layer // 2, x, w)
            rgb = colours if rgb is None else upsample(rgb) + colours
        return rgb


def upsample(rgb):
    """Zero insertion by two and the same filter."""
    wide = rgb.new_zeros(*rgb.shape[:2], 2 * rgb.shape[2], 2 * rgb.shape[3])
    wide[:, :, ::2, ::2] = rgb
    return F.conv2d(F.pad(wide, (2, 1, 2, 1)), BLUR.expand(3, 1, 4, 4), groups=3)


def random_progressive(seed=1, latent=512):
    g = torch.Generator().manual_seed(seed)
    state, cin, number = {}, latent, 1
    for r, cout in PROGRESSIVE_256.items():
        for _ in range(2):
            kernel = 4 if number == 1 else 3
            state[f"layer{number}.conv.weight"] = torch.randn(cout, cin, kernel, kernel, generator=g)
            state[f"layer{number}.wscale.b"] = torch.zeros(cout)
            cin, number = cout, number + 1
    state[f"output_{r}x{r}.conv.weight"] = torch.randn(3, cin, 1, 1, generator=g)
    state[f"output_{r}x{r}.wscale.b"] = torch.zeros(3)
    return state


class Progressive:
    """Pixel norm, upsampling, convolution, scale and bias, activation; the picture is clamped."""

    def __init__(self, state):
        self.blocks = []
        names = [name.removesuffix(".conv.weight") for name in state if name.endswith(".conv.weight")]
        for number, name in enumerate(names, 1):
            w = state[f"{name}.conv.weight"]
            gain = 1 if name.startswith("output") else math.sqrt(2)
            scale = gain / (w.shape[2] * math.sqrt(w.shape[1]))
            padding = {4: 3, 3: 1, 1: 0}[w.shape[2]]
            up = w.shape[2] == 3 and number > 2 and number % 2 == 1
            self.blocks.append((w * scale, state[f"{name}.wscale.b"], padding, up))

    def image(self, z):
        x = z[:, :, None, None]
        for i, (weight, bias, padding, up) in enumerate(self.blocks):
            x = x * torch.rsqrt(x.square().mean(1, keepdim=True) + 1e-8)
            if up:
                x = F.interpolate(x, scale_factor=2)
            x = F.conv2d(x, weight, bias, padding=padding)
            if i < len(self.blocks) - 1:
                x = F.leaky_relu(x, 0.2)
        return x.clamp(-1, 1)
