"""Writes nvidia.pkl, ada3.pkl, stylegan3.pkl and conditional.pkl: the toy StyleGAN2 of the specification (generators, 9.1) in
the layout of NVIDIA's stylegan2-ada-pytorch snapshots, and two networks that must be refused. None of NVIDIA's code is needed:
the modules below only lend their names to the pickle.

python nvidia.py (needs numpy and torch)
"""

import collections
import pickle
import sys
import types

import numpy as np
import torch

WIDTHS = [8, 8, 6, 5]  # at 4, 8, 16 and 32 pixels
STYLE = 8


class EasyDict(dict):
    pass


def _reconstruct_persistent_obj(meta):
    raise NotImplementedError


for module, member in [("dnnlib.util", EasyDict), ("torch_utils.persistence", _reconstruct_persistent_obj)]:
    parent = module.split(".")[0]
    sys.modules.setdefault(parent, types.ModuleType(parent))
    sys.modules[module] = types.ModuleType(module)
    setattr(sys.modules[module], member.__name__, member)
    member.__module__, member.__qualname__ = module, member.__name__


class Persistent:
    """Reduces to the call that a decorated class of NVIDIA's reduces to."""

    def __init__(self, class_name, args=(), kwargs=None, parameters=None, buffers=None, modules=None, **attributes):
        state = {
            "training": False,
            "_parameters": collections.OrderedDict((k, None if v is None else torch.nn.Parameter(v, requires_grad=False))
                                                   for k, v in (parameters or {}).items()),
            "_buffers": collections.OrderedDict(buffers or {}),
            "_non_persistent_buffers_set": set(),
            "_backward_hooks": collections.OrderedDict(),
            "_modules": collections.OrderedDict(modules or {}),
            "_init_args": args,
            "_init_kwargs": kwargs or {},
            **attributes,
        }
        self.meta = dict(type="class", version=6, module_src="raise SystemExit('source that must never run')\n",
                         class_name=class_name, state=state)

    def __reduce__(self):
        return _reconstruct_persistent_obj, (self.meta,), None


seed = 1000


def formula(a, b, *shape):
    global seed
    x = (a * np.random.RandomState(seed).standard_normal(shape) + b).astype(np.float32)
    seed += 1
    return torch.from_numpy(x)


FILTER = torch.from_numpy((np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 64).astype(np.float32))


def affine(channels):
    weight, bias = formula(0.5, 0, channels, STYLE), formula(0.1, 1, channels)
    return Persistent("FullyConnectedLayer", (STYLE, channels), {"bias_init": 1}, {"weight": weight, "bias": bias},
                      weight_gain=1 / np.sqrt(STYLE), bias_gain=1)


def layer(inputs, outputs, size, up):
    part = affine(inputs)
    weight, strength, bias = formula(1, 0, 1, outputs, inputs, 3, 3)[0], formula(0.1, 0, 1)[0], formula(0.1, 0, outputs)
    noise = torch.from_numpy(np.random.RandomState(size).standard_normal((size, size)).astype(np.float32))
    return Persistent("SynthesisLayer", (inputs, outputs), EasyDict(w_dim=STYLE, resolution=size, up=up, conv_clamp=256),
                      {"weight": weight, "noise_strength": strength, "bias": bias},
                      {"resample_filter": FILTER, "noise_const": noise}, {"affine": part},
                      up=up, act_gain=np.sqrt(2), conv_clamp=256)


def to_rgb(channels):
    bias, weight = formula(0.1, 0, 1, 3, 1, 1).reshape(3), formula(1, 0, 1, 3, channels, 1, 1)[0]
    return Persistent("ToRGBLayer", (channels, 3), {}, {"weight": weight, "bias": bias}, {}, {"affine": affine(channels)})


def generator(c_dim=0):
    global seed
    seed = 1000
    mapping = {}
    for i in range(2):
        weight, bias = formula(100, 0, STYLE, STYLE), formula(10, 0, STYLE)
        mapping[f"fc{i}"] = Persistent("FullyConnectedLayer", (STYLE, STYLE), {"lr_multiplier": 0.01}, {"weight": weight, "bias": bias})
    average = torch.from_numpy((0.2 * np.random.RandomState(999).standard_normal(STYLE)).astype(np.float32))
    mapping = Persistent("MappingNetwork", (), {"num_layers": 2}, {}, {"w_avg": average}, mapping)
    const = formula(1, 0, 1, WIDTHS[0], 4, 4)[0]
    blocks = {"b4": Persistent("SynthesisBlock", (0, WIDTHS[0]), {}, {"const": const}, {"resample_filter": FILTER},
                               {"conv1": layer(WIDTHS[0], WIDTHS[0], 4, 1), "torgb": to_rgb(WIDTHS[0])})}
    for i in range(1, len(WIDTHS)):
        size = 4 << i
        blocks[f"b{size}"] = Persistent("SynthesisBlock", (WIDTHS[i - 1], WIDTHS[i]), {"use_fp16": True}, {}, {"resample_filter": FILTER}, {
            "conv0": layer(WIDTHS[i - 1], WIDTHS[i], size, 2), "conv1": layer(WIDTHS[i], WIDTHS[i], size, 1), "torgb": to_rgb(WIDTHS[i])})
    synthesis = Persistent("SynthesisNetwork", (), {}, {}, {}, blocks, block_resolutions=[4, 8, 16, 32])
    kwargs = {"z_dim": STYLE, "c_dim": c_dim, "w_dim": STYLE, "img_resolution": 32, "img_channels": 3,
              "mapping_kwargs": EasyDict(num_layers=2), "synthesis_kwargs": EasyDict(num_fp16_res=3, conv_clamp=256)}
    return Persistent("Generator", (), kwargs, {}, {}, {"synthesis": synthesis, "mapping": mapping})


def save(name, network, protocol=4):
    other = Persistent("Discriminator", (), {"c_dim": 0}, {"weight": torch.ones(2)}, epsilon=np.float64(1e-8))
    with open(name, "wb") as out:
        pickle.dump({"G": None, "D": other, "G_ema": network, "augment_pipe": None,
                     "training_set_kwargs": EasyDict(path="faces.zip", use_labels=False)}, out, protocol=protocol)


save("nvidia.pkl", generator())
save("ada3.pkl", generator(), protocol=3)
save("conditional.pkl", generator(c_dim=10))
fourier = Persistent("SynthesisInput", (), {}, {"weight": torch.ones(4, 4)}, {"freqs": torch.ones(4, 2)})
save("stylegan3.pkl", Persistent("Generator", (), {"z_dim": 8, "c_dim": 0}, {}, {}, {
    "synthesis": Persistent("SynthesisNetwork", (), {}, {}, {}, {"input": fourier}),
    "mapping": Persistent("MappingNetwork", (), {}, {}, {"w_avg": torch.zeros(8)})}))
