"""What can be exported: how to make each network, what its ONNX file is called and says about itself."""

import json
from dataclasses import dataclass, field
from typing import Callable

import numpy as np

import bisenet
import features
import lpips
import slimcnn
import upernet
from inception import Inception
from small import Small


@dataclass
class Network:
    make: Callable  # the empty module
    load: Callable  # (module or None, files) -> module with the published weights; files in the order of `files`
    files: tuple  # what the published files are
    size: tuple  # height, width of the golden case
    inputs: tuple = ("x",)
    outputs: tuple = ("logits",)
    properties: dict = field(default_factory=dict)
    scale: str = "x/127.5-1"  # from the golden case's bytes to the input
    dynamic: tuple = ()  # which of batch, height and width may vary


def strict(adapt=lambda module, *files: files[0]):
    def load(module, *files):
        # Files older than PyTorch 0.4.1 lack the counters of batch normalisation, which inference does not read.
        counters = {k: v for k, v in module.state_dict().items() if k.endswith("num_batches_tracked")}
        try:
            module.load_state_dict(counters | adapt(module, *files), strict=True)
        except RuntimeError as e:
            raise SystemExit(f"these are not the weights of this network: {' '.join(str(e).split())}") from None
        return module
    return load


def upernet_state(_, encoder, decoder):
    return {f"encoder.{k}": v for k, v in encoder.items()} | {f"decoder.{k}": v for k, v in decoder.items()}


def perceptual(name, protocol):
    return Network(lambda: lpips.LPIPS(name), strict(lambda _, trunk, linear: lpips.state(name, trunk, linear)),
                   ("torchvision trunk", "LPIPS v0.1 linear weights"), (64, 64), ("image0", "image1"), ("map", "lpips"),
                   {"input_range": "-1,1", "lpips": protocol}, dynamic=("N", "H", "W"))


NETWORKS = {
    "lpips-alex": perceptual("alex", "paper"),
    "lpips-vgg": perceptual("vgg", "code"),
    "slimcnn": Network(slimcnn.SlimCNN, strict(lambda _, file: slimcnn.state(file)), ("celeba_20.pth",), (178, 218),
                       properties={"input_range": "-1,1", "mode": "slimcnn", "attributes": ",".join(slimcnn.ATTRIBUTES)},
                       dynamic=("N",)),
    "bisenet": Network(bisenet.BiSeNet, strict(), ("face-parsing-02dd3f6f.pth",), (512, 512),
                       properties={"input_range": "-1,1", "mode": "official", "labels": ",".join(bisenet.LABELS)}),
    "netpqc": Network(upernet.UPerNet, strict(upernet_state), ("encoder_epoch_40.pth", "decoder_epoch_40.pth"), (256, 256),
                      outputs=("object", "part"), properties={"mode": "netpqc"}, scale="x-116"),
    "inception": Network(Inception, strict(), ("pt_inception-2015-12-05-6726825d.pth",), (299, 299), outputs=("features",),
                         properties={"mode": "inception"}, scale="x-128/128", dynamic=("N",)),
    "vgg16-relu4_2": Network(features.vgg16_relu4_2, strict(lambda m, f: features.trunk_state(f, m)), ("vgg16-397923af.pth",),
                             (64, 64), outputs=("relu4_2",), properties={"input_range": "imagenet"}, dynamic=("N", "H", "W")),
    "vgg19": Network(features.vgg19_levels, strict(lambda m, f: features.trunk_state(f, m)), ("vgg19-dcbb9e9d.pth",),
                     (64, 64), outputs=tuple(f"relu{i}_1" for i in range(1, 6)), properties={"input_range": "imagenet"},
                     dynamic=("N", "H", "W")),
    "small": Network(Small, strict(), ("none is published",), (32, 32), outputs=("logits", "vector")),
}


def golden_picture(name, height, width):
    """Bytes [1,3,height,width] of waves of three lengths per channel, another one for each input."""
    c, row, col = np.ogrid[:3, :height, :width]
    phase = sum(name.encode()) % 7
    x = np.sin(0.05 * (c + 1) * col + 0.03 * row + c + phase) * 100 + np.cos(0.4 * row + 0.2 * phase * col) * 27 + 127.5
    return x.clip(0, 255).astype(np.uint8)[None]


def part_labels(text):
    """The part of labels.json that decoding needs: objects, materials, and per owner its parts in the order of the logits."""
    data = json.loads(text)
    groups = data["object_part"]
    kept = {"object": data["object"], "material": data["material"], "object_part": groups}
    entries = sum(len(g) for g in groups.values())
    sizes = len(data["object"]), len(data["material"]), entries
    if sizes != (upernet.OBJECTS, upernet.MATERIALS, upernet.PARTS):
        raise SystemExit(f"the label file has {sizes[0]} objects, {sizes[1]} materials and {sizes[2]} parts; the network has "
                         f"{upernet.OBJECTS}, {upernet.MATERIALS} and {upernet.PARTS}")
    owners = [data["object"].index(owner) for owner in groups]
    if owners != sorted(owners):
        raise SystemExit("the owners of parts in the label file are not in the order of the objects, so their logits are unknown")
    return json.dumps(kept, separators=(",", ":"))
