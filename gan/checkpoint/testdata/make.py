"""Writes zip.pt and legacy.pt: python make.py"""

import argparse
import collections

import torch

base = torch.arange(24, dtype=torch.float32) / 8
state = collections.OrderedDict()
state["plain"] = base.reshape(2, 3, 4)
state["transposed"] = base.reshape(4, 6).t()
state["slice"] = base.reshape(4, 6)[1:3, 2:5]
state["half"] = torch.tensor([0.0, -1.5, 6.1e-5, 5.9604645e-08, 65504.0]).half()
state["bfloat16"] = torch.tensor([1.0, -2.5, 3.140625]).bfloat16()
state["double"] = torch.tensor([0.1, -1e-3], dtype=torch.float64)
state["long"] = torch.tensor([3, -4])
state["int"] = torch.tensor([5], dtype=torch.int32)
state["short"] = torch.tensor([-6], dtype=torch.int16)
state["char"] = torch.tensor([-7], dtype=torch.int8)
state["byte"] = torch.tensor([200], dtype=torch.uint8)
state["bool"] = torch.tensor([True, False])
state["scalar"] = torch.tensor(2.5)
state["parameter"] = torch.nn.Parameter(torch.ones(2))
state["empty"] = torch.zeros(0, 3)
state._metadata = {"version": 1}
everything = {
    "g_ema": state,
    "latent_avg": torch.arange(3.0),
    "args": argparse.Namespace(size=64, name="x"),
    "optim": {
        "state": {0: {"step": 1, "lr": 0.002, "betas": (0, 0.99)}},
        "big": 2**70,
        "neg": -(2**40),
        "none": None,
        "list": [1, 2],
    },
}
torch.save(everything, "zip.pt")
torch.save(everything, "legacy.pt", _use_new_zipfile_serialization=False)
