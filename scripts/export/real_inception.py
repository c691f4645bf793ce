"""Checks the Inception definition with Google's own weights as far as they are at hand, up to Mixed_7a.

    python real_inception.py REFERENCE/models

The folder holds one file per tensor, [out][kh][kw][in], with batch normalisation folded into the convolutions.
"""

import json
import os
import sys

import numpy as np
import torch

from inception import Inception

A = {"branch1x1": "conv", "branch5x5_1": "tower_conv", "branch5x5_2": "tower_conv_1", "branch3x3dbl_1": "tower_1_conv",
     "branch3x3dbl_2": "tower_1_conv_1", "branch3x3dbl_3": "tower_1_conv_2", "branch_pool": "tower_2_conv"}
B = {"branch3x3": "conv", "branch3x3dbl_1": "tower_conv", "branch3x3dbl_2": "tower_conv_1", "branch3x3dbl_3": "tower_conv_2"}
C = {"branch1x1": "conv", "branch7x7_1": "tower_conv", "branch7x7_2": "tower_conv_1", "branch7x7_3": "tower_conv_2",
     **{f"branch7x7dbl_{i + 1}": "tower_1_conv" + (f"_{i}" if i else "") for i in range(5)}, "branch_pool": "tower_2_conv"}
D = {"branch3x3_1": "tower_conv", "branch3x3_2": "tower_conv_1",
     **{f"branch7x7x3_{i + 1}": "tower_1_conv" + (f"_{i}" if i else "") for i in range(4)}}
SCOPES = {"Conv2d_1a_3x3": "conv", "Conv2d_2a_3x3": "conv_1", "Conv2d_2b_3x3": "conv_2", "Conv2d_3b_1x1": "conv_3",
          "Conv2d_4a_3x3": "conv_4"}
for block, name, scope in ((A, "Mixed_5b", "mixed"), (A, "Mixed_5c", "mixed_1"), (A, "Mixed_5d", "mixed_2"), (B, "Mixed_6a", "mixed_3"),
                           (C, "Mixed_6b", "mixed_4"), (C, "Mixed_6c", "mixed_5"), (C, "Mixed_6d", "mixed_6"),
                           (C, "Mixed_6e", "mixed_7"), (D, "Mixed_7a", "mixed_8")):
    SCOPES |= {f"{name}.{unit}": f"{scope}_{tensor}" for unit, tensor in block.items()}


@torch.no_grad()
def main(models):
    folder = os.path.join(models, "inception-v3-2015-12-05")
    read = lambda kind, scope: torch.from_numpy(np.fromfile(os.path.join(folder, f"{kind}_{scope}.dat"), "<f4"))
    net = Inception().eval()
    for path, scope in SCOPES.items():
        unit = net.get_submodule(path)
        out, cin, kh, kw = unit.conv.weight.shape
        unit.conv.weight.copy_(read("weights", scope).reshape(out, kh, kw, cin).permute(0, 3, 1, 2))
        unit.bn.bias.copy_(read("bias", scope))
        unit.bn.running_var.fill_(1 - unit.bn.eps)  # so that the normalisation only adds its bias
    c, row, col = np.ogrid[:3, :299, :299]
    x = torch.from_numpy(np.sin(0.05 * row + 0.031 * col + 1.7 * c).astype(np.float32))[None]
    with open(os.path.join(models, "reference-values.json")) as f:
        want = json.load(f)["inception-v3-2015-12-05"]
    last = net.STAGES.index("Mixed_6e") + 1
    x = net.chain(x, *net.STAGES[:last])
    bad = 0
    for name, y in (("mixed_7_mean_over_17x17_768", x), ("mixed_8_mean_over_8x8_1280", net.Mixed_7a(x))):
        v, w = y.mean((2, 3))[0].double(), want[name]
        got = [v.mean(), v.std(correction=0), v.max(), *v[:8]]
        worst = max(abs(float(a) - b) for a, b in zip(got, [w["mean"], w["std"], w["max"], *w["first"]]))
        bad += worst > 1e-4
        print(f"{name}: largest difference {worst:.1e} of numbers up to {w['max']:.3g}")
    sys.exit(bad > 0)


if __name__ == "__main__":
    main(sys.argv[1])
