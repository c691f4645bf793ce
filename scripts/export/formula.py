"""Weights and inputs by formula, so that a network can be checked without its published file (spec: networks 8)."""

import numpy as np
import torch


def fnv1a(text):
    h = 2166136261
    for byte in text.encode():
        h = (h ^ byte) * 16777619 & 0xFFFFFFFF
    return h


def uniform(key, count):
    """`count` float64 numbers in [-1,1), a function of the key and the position: splitmix64 of (FNV(key) << 32) + i."""
    with np.errstate(over="ignore"):
        z = (np.uint64(fnv1a(key)) << np.uint64(32)) + np.arange(count, dtype=np.uint64)
        z += np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ z >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ z >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return (z >> np.uint64(11)).astype(np.float64) / 2.0**53 * 2 - 1


def tensor(key, like):
    u = uniform(key, like.numel())
    if key.startswith("lin") and key.endswith(".model.1.weight"):  # weights of a distance are not negative
        v = np.abs(u)
    elif like.dim() >= 2:
        v = u * np.sqrt(3 / (like.numel() / like.shape[0]))  # unit variance per output
    elif key.endswith("running_var"):
        v = 1 + 0.5 * np.abs(u)
    elif key.endswith(("running_mean", "bias")):
        v = 0.1 * u
    else:
        v = 1 + 0.1 * u
    return torch.from_numpy(v.astype(np.float32)).reshape(like.shape)


def fill(module, keep=()):
    """Replaces every tensor of the state dict except counters and the keys that start with one of `keep`."""
    state = {k: v if not v.is_floating_point() or k.startswith(tuple(keep)) else tensor(k, v)
             for k, v in module.state_dict().items()}
    module.load_state_dict(state)
    return module.eval()


def picture(height, width, shift=0.0):
    """x[c][row][col] = sin(0.05 (c+1) col + 0.03 row + c), plus shift * sin(0.1 col) inside the sine."""
    c, row, col = np.ogrid[:3, :height, :width]
    x = np.sin(0.05 * (c + 1) * col + 0.03 * row + c + shift * np.sin(0.1 * col))
    return torch.from_numpy(x.astype(np.float32))[None]
