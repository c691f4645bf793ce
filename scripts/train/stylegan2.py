"""StyleGAN2 in the form that the rewriting method edits: style product, convolution, demodulation.

Two things live here.

`Mapping` and `Synthesis` are the training form.  The mapping keeps plain weights (its official form has
a rate multiplier of 0.01, which Adam would only see as a smaller step); the synthesis keeps the official
equalised weights.  Everything that follows a convolution is written so that one compiled kernel can do it.

`official_state` folds both into the names and shapes of a published checkpoint (`g_ema`), and
`sequential_render` renders such a state dict again by the textbook formulas, step by step and in
double precision if asked.  It shares no code with the training form, so it can check it.
"""

import io
import math

import torch
import torch.nn.functional as F
from torch import nn

from files import replace
from fused import blur_up, scale_bias_lrelu, style_product

MAPPING_RATE_MULTIPLIER = 0.01
BLUR_1D = (1.0, 3.0, 3.0, 1.0)


def normalise_z(z):
    """Each row of z divided by its root mean square."""
    return z * torch.rsqrt(z.square().mean(1, keepdim=True) + 1e-8)


class Mapping(nn.Module):
    """z -> w: leaky layers with gain sqrt(2); plain weights, no equalisation."""

    def __init__(self, zdim, style_dim, layers):
        super().__init__()
        sizes = [zdim] + [style_dim] * layers
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))
        for layer in self.layers:
            nn.init.normal_(layer.weight, std=1 / math.sqrt(layer.in_features))
            nn.init.zeros_(layer.bias)

    def forward(self, z):
        w = normalise_z(z)
        for layer in self.layers:
            w = F.leaky_relu(layer(w), 0.2) * math.sqrt(2)
        return w


class Affine(nn.Module):
    """w -> per-channel style, equalised: w (M / sqrt(style_dim))^T + m, with m starting at 1."""

    def __init__(self, style_dim, channels):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(channels, style_dim))
        self.bias = nn.Parameter(torch.ones(channels))

    def forward(self, w):
        return F.linear(w, self.weight / math.sqrt(self.weight.shape[1]), self.bias)


class StyledConv(nn.Module):
    """Style product, 3x3 convolution (optionally up by two and blurred), demodulation, bias, activation."""

    def __init__(self, cin, cout, style_dim, up):
        super().__init__()
        self.up = up
        self.weight = nn.Parameter(torch.randn(cout, cin, 3, 3))
        self.modulation = Affine(style_dim, cin)
        self.bias = nn.Parameter(torch.zeros(cout))

    def forward(self, x, w, dtype):
        kernel = self.weight * (1 / math.sqrt(9 * self.weight.shape[1]))
        s = self.modulation(w)
        demod = torch.rsqrt(F.linear(s.square(), kernel.square().sum((2, 3))) + 1e-8)
        k = style_product(x, s)
        if self.up:
            u = F.conv_transpose2d(k, kernel.transpose(0, 1).to(dtype), stride=2)
            u = blur_up(u)
        else:
            u = F.conv2d(k, kernel.to(dtype), padding=1)
        # sqrt(2) lrelu(u d + b) = lrelu(u (sqrt(2) d) + sqrt(2) b); the blur commutes with d.
        return scale_bias_lrelu(u, demod * math.sqrt(2), self.bias * math.sqrt(2))


def upsample_rgb(rgb):
    """Zero insertion by two and the same filter: out[2i] = .25 x[i-1] + .75 x[i], out[2i+1] = .75 x[i] + .25 x[i+1]."""
    n, c, h, w = rgb.shape
    p = F.pad(rgb, (0, 0, 1, 1))
    mid = 0.75 * rgb
    rgb = torch.stack([mid + 0.25 * p[:, :, :-2], mid + 0.25 * p[:, :, 2:]], 3).reshape(n, c, 2 * h, w)
    p = F.pad(rgb, (1, 1, 0, 0))
    mid = 0.75 * rgb
    return torch.stack([mid + 0.25 * p[:, :, :, :-2], mid + 0.25 * p[:, :, :, 2:]], 4).reshape(n, c, 2 * h, 2 * w)


class ToRGB(nn.Module):
    """Modulated 1x1 convolution to three channels, without demodulation."""

    def __init__(self, cin, style_dim):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(3, cin))
        self.modulation = Affine(style_dim, cin)
        self.bias = nn.Parameter(torch.zeros(3))

    def forward(self, x, w):
        kernel = self.weight * self.modulation(w)[:, None, :] * (1 / math.sqrt(self.weight.shape[1]))
        rgb = torch.bmm(kernel.to(x.dtype), x.flatten(2))  # [B,3,C] x [B,C,HW]
        return rgb.float().reshape(x.shape[0], 3, *x.shape[2:]) + self.bias[None, :, None, None]


class Synthesis(nn.Module):
    """w -> image at any of the resolutions 4, 8, ..., size; `channels` maps resolution to width."""

    def __init__(self, style_dim, channels):
        super().__init__()
        self.sizes = sorted(channels)
        first = channels[4]
        self.const = nn.Parameter(torch.randn(1, first, 4, 4))
        self.conv1 = StyledConv(first, first, style_dim, up=False)
        self.to_rgb1 = ToRGB(first, style_dim)
        self.convs, self.to_rgbs = nn.ModuleList(), nn.ModuleList()
        for small, large in zip(self.sizes, self.sizes[1:]):
            self.convs.append(StyledConv(channels[small], channels[large], style_dim, up=True))
            self.convs.append(StyledConv(channels[large], channels[large], style_dim, up=False))
            self.to_rgbs.append(ToRGB(channels[large], style_dim))

    def forward(self, w, size=None, dtype=torch.float32):
        x = self.const.to(dtype).expand(w.shape[0], -1, -1, -1).contiguous(memory_format=torch.channels_last)
        x = self.conv1(x, w, dtype)
        rgb = self.to_rgb1(x, w)
        for j, to_rgb in enumerate(self.to_rgbs):
            if rgb.shape[-1] == size:
                break
            x = self.convs[2 * j](x, w, dtype)
            x = self.convs[2 * j + 1](x, w, dtype)
            rgb = upsample_rgb(rgb) + to_rgb(x, w)
        return rgb


class StyleGAN2(nn.Module):
    """Mapping and synthesis as one network for the trainer."""

    def __init__(self, zdim, settings):
        super().__init__()
        self.mapping = Mapping(zdim, settings.style_dim, settings.mapping_layers)
        self.synthesis = Synthesis(settings.style_dim, settings.channels)

    def forward(self, z, size=None, dtype=torch.float32):
        return self.synthesis(self.mapping(z), size, dtype)

    def matrices(self):
        """The weights that Muon trains."""
        return [p for name, p in self.synthesis.named_parameters()
                if p.ndim >= 2 and "to_rgb" not in name and name != "const"]

    def groups(self):
        """The other parameters and their share of the learning rate."""
        chosen = {id(p) for p in self.matrices()}
        return [([p for p in self.synthesis.parameters() if id(p) not in chosen], 1.0), (self.mapping.parameters(), 1 / 30)]

    @torch.no_grad()
    def save(self, path, seed=0, samples=100_000):
        """{"g_ema": official state dict, "latent_avg": mean of w over `samples` latents} as a PyTorch zip file."""
        z = torch.randn(samples, self.mapping.layers[0].in_features, generator=torch.Generator().manual_seed(seed))
        average = self.mapping(z).double().mean(0).float()
        file = io.BytesIO()
        torch.save({"g_ema": official_state(self.mapping, self.synthesis), "latent_avg": average}, file)
        replace(path, file.getvalue())

    @staticmethod
    def render(saved, z, dtype=torch.float64):
        return sequential_render(saved["g_ema"], z, dtype=dtype)

    @staticmethod
    def parameters_of(saved):
        return sum(v.numel() for k, v in saved["g_ema"].items() if "kernel" not in k and "noise" not in k)


# --- the published form ---------------------------------------------------------------------------


def blur_kernel(gain=4.0):
    k = torch.tensor(BLUR_1D)
    k = torch.outer(k, k)
    return k / k.sum() * gain


def official_state(mapping, synthesis):
    """The `g_ema` state dict: official names, shapes and parametrisation, float32, contiguous."""
    out = {}
    for j, layer in enumerate(mapping.layers, 1):
        scale = MAPPING_RATE_MULTIPLIER / math.sqrt(layer.in_features)
        out[f"style.{j}.weight"] = layer.weight / scale
        out[f"style.{j}.bias"] = layer.bias / MAPPING_RATE_MULTIPLIER

    def affine(name, m):
        out[f"{name}.modulation.weight"] = m.weight
        out[f"{name}.modulation.bias"] = m.bias

    def styled(name, conv):
        out[f"{name}.conv.weight"] = conv.weight[None]
        if conv.up:
            out[f"{name}.conv.blur.kernel"] = blur_kernel()
        affine(f"{name}.conv", conv.modulation)
        out[f"{name}.noise.weight"] = torch.zeros(1)
        out[f"{name}.activate.bias"] = conv.bias

    def rgb(name, layer):
        out[f"{name}.bias"] = layer.bias.reshape(1, 3, 1, 1)
        if name != "to_rgb1":
            out[f"{name}.upsample.kernel"] = blur_kernel()
        out[f"{name}.conv.weight"] = layer.weight[None, :, :, None, None]
        affine(f"{name}.conv", layer.modulation)

    out["input.input"] = synthesis.const
    styled("conv1", synthesis.conv1)
    rgb("to_rgb1", synthesis.to_rgb1)
    for j, conv in enumerate(synthesis.convs):
        styled(f"convs.{j}", conv)
    for j, layer in enumerate(synthesis.to_rgbs):
        rgb(f"to_rgbs.{j}", layer)
    for i in range(len(synthesis.convs) + 1):  # registered, never read; kept so that a strict loader is content
        size = 4 * 2 ** ((i + 1) // 2)
        out[f"noises.noise_{i}"] = torch.zeros(1, 1, size, size)
    return {k: v.detach().float().contiguous().clone() for k, v in out.items()}


def sequential_render(state, z, latent_avg=None, psi=1.0, dtype=torch.float64, noise=None):
    """Renders a published state dict by the formulas of the sequential model, one named step after another.

    noise, where given, is a function (batch, h, w) -> [batch,1,h,w].
    """
    g = {k: v.to(dtype) for k, v in state.items()}
    w = z.to(dtype)
    w = w / torch.sqrt((w * w).mean(1, keepdim=True) + 1e-8)
    j = 1
    while f"style.{j}.weight" in g:
        weight, bias = g[f"style.{j}.weight"], g[f"style.{j}.bias"]
        w = w @ (weight * 0.01 / math.sqrt(weight.shape[1])).T + bias * 0.01
        w = torch.where(w > 0, w, 0.2 * w) * math.sqrt(2)
        j += 1
    if latent_avg is not None:
        w = latent_avg.to(dtype) + psi * (w - latent_avg.to(dtype))
    batch = w.shape[0]

    def style(name):
        m = g[f"{name}.modulation.weight"]
        return w @ (m / math.sqrt(m.shape[1])).T + g[f"{name}.modulation.bias"]

    def fir(x, kernel, pad):
        c = x.shape[1]
        k = torch.flip(kernel, (0, 1))[None, None].expand(c, 1, 4, 4)
        return F.conv2d(F.pad(x, (pad[0], pad[1], pad[0], pad[1])), k, groups=c)

    def styled(name, x):
        weight = g[f"{name}.conv.weight"][0]
        cin = weight.shape[1]
        scaled = weight / math.sqrt(9 * cin)
        s = style(f"{name}.conv")
        key = x * s[:, :, None, None]
        up = f"{name}.conv.blur.kernel" in g
        if up:
            y = F.conv_transpose2d(key, scaled.transpose(0, 1), stride=2)
        else:
            y = F.conv2d(key, scaled, padding=1)
        modulated = scaled[None] * s[:, None, :, None, None]
        y = y * (1 / torch.sqrt(modulated.square().sum((2, 3, 4)) + 1e-8))[:, :, None, None]
        if up:
            y = fir(y, g[f"{name}.conv.blur.kernel"], (1, 1))
        if noise is not None:
            y = y + g[f"{name}.noise.weight"] * noise(batch, *y.shape[2:]).to(dtype)
        y = y + g[f"{name}.activate.bias"][None, :, None, None]
        return math.sqrt(2) * torch.where(y > 0, y, 0.2 * y)

    def rgb(name, x):
        weight = g[f"{name}.conv.weight"][0, :, :, 0, 0]
        w3 = weight[None] * style(f"{name}.conv")[:, None, :] / math.sqrt(weight.shape[1])
        return torch.einsum("boi,bihw->bohw", w3, x) + g[f"{name}.bias"]

    def upsample(x, kernel):
        n, c, h, wd = x.shape
        wide = torch.zeros(n, c, 2 * h, 2 * wd, dtype=dtype)
        wide[:, :, ::2, ::2] = x
        return fir(wide, kernel, (2, 1))

    x = styled("conv1", g["input.input"].expand(batch, -1, -1, -1))
    out = rgb("to_rgb1", x)
    j = 0
    while f"to_rgbs.{j}.bias" in g:
        skip = upsample(out, g[f"to_rgbs.{j}.upsample.kernel"])
        x = styled(f"convs.{2 * j}", x)
        x = styled(f"convs.{2 * j + 1}", x)
        out = skip + rgb(f"to_rgbs.{j}", x)
        j += 1
    return out
