"""Measures a world's shipped networks on renders of fresh latents, from the shipped files alone.

    python evaluate.py --test TEST --data DATA --golden GOLDEN.npy --work RUN

Writes quality.json to --data, and to --golden the pictures of RandomState(0) and RandomState(1), [2,3,S,S]
float32 at psi 1, for tests of other implementations. The generator is rendered by the sequential formulas, not by
the training code.
"""

import argparse
import functools
import json
import math
import os

import numpy as np
import onnxruntime
import torch

from files import replace
from networks import NETWORKS
from pool import Pool, region_mask
from scorers import shares
from settings import WORLDS


class Scorer:
    def __init__(self, path):
        self.session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])

    def __call__(self, **inputs):
        feed = {name: x.numpy() for name, x in inputs.items()}
        outputs = [o.name for o in self.session.get_outputs() if not o.name.startswith("feat")]
        return torch.from_numpy(self.session.run(outputs, feed)[0])


def to_8_bit(x):
    """The 8-bit round trip of a picture file: truncation, as the official code writes them."""
    return (127.5 * x + 127.5).clamp(0, 255).floor() / 127.5 - 1


@torch.no_grad()
def measure(render, test, settings, folder, count):
    classifier, segmenter = Scorer(os.path.join(folder, "attributes.onnx")), Scorer(os.path.join(folder, "segmenter.onnx"))
    truth = test.truth(settings.switches)
    sums = dict(l1=0.0, mse=0.0, psnr=0.0, region=0.0, region_pixels=0.0, seg_render=0.0, seg_generated=0.0)
    on_render, on_generated = [], []
    for index in torch.arange(count).split(50):
        real, label = test.images(index), test.label[index].long()
        fake = render(test.z[index], torch.float32)
        d = fake.clamp(-1, 1) - real
        mse = d.square().mean((1, 2, 3))
        mask = region_mask(test, label, settings.region)
        sums["l1"] += d.abs().mean((1, 2, 3)).sum().item()
        sums["mse"] += mse.sum().item()
        sums["psnr"] += (10 * torch.log10(4 / mse)).sum().item()
        sums["region"] += (d.abs().mean(1) * mask).sum().item()
        sums["region_pixels"] += mask.sum().item()
        seen = to_8_bit(fake)
        on_render.append(classifier(x=real) > 0)
        on_generated.append(classifier(x=seen) > 0)
        sums["seg_render"] += (segmenter(x=real).argmax(1) == label).float().mean((1, 2)).sum().item()
        sums["seg_generated"] += (segmenter(x=seen).argmax(1) == label).float().mean((1, 2)).sum().item()

    def figures(said):
        return shares(torch.cat(said), truth[:count], settings.switches)

    return {
        "count": count,
        "test_pool_seed": test.seed,
        "generator": {
            "psi": 1,
            "psnr_db": round(sums["psnr"] / count, 3),
            "psnr_db_of_mean_squared_error": round(10 * math.log10(4 * count / sums["mse"]), 3),
            "l1": round(sums["l1"] / count, 5),
            settings.region_name: round(sums["region"] / sums["region_pixels"], 5),
            "region": "pixels labelled " + ", ".join(settings.region) + " in the render, grown by one pixel",
        },
        "classifier": {"renders": figures(on_render), "generated": figures(on_generated)},
        "segmenter_pixel_accuracy": {
            "renders": round(sums["seg_render"] / count, 4), "generated": round(sums["seg_generated"] / count, 4),
        },
    }


@torch.no_grad()
def random_pair_distance(test, folder, pairs=200):
    """Mean distance of lpips.onnx between unrelated pictures; 1 by construction of its weights."""
    lpips = Scorer(os.path.join(folder, "lpips.onnx"))
    x = test.images(slice(0, 2 * pairs))
    parts = [lpips(x=x[i : i + 50], y=x[i + pairs : i + pairs + 50]).mean((1, 2, 3)) for i in range(0, pairs, 50)]
    return round(torch.cat(parts).mean().item(), 4)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--test", required=True)
    ap.add_argument("--data", required=True)
    ap.add_argument("--golden")
    ap.add_argument("--work", help="run directory of the generator, for how long it trained")
    ap.add_argument("--count", type=int, default=2000)
    ap.add_argument("--dry", action="store_true", help="print only")
    args = ap.parse_args()

    test = Pool(args.test)
    settings = WORLDS[test.world]
    kind = NETWORKS[settings.network]
    saved = torch.load(os.path.join(args.data, "generator.pt"), weights_only=True)
    render = functools.partial(kind.render, saved)
    quality = {"world": test.world, **measure(render, test, settings, args.data, min(args.count, test.count))}
    quality["lpips_of_random_pairs"] = random_pair_distance(test, args.data)
    quality["generator"]["parameters"] = kind.parameters_of(saved)
    if args.work:
        state = torch.load(os.path.join(args.work, "checkpoint.pt"), weights_only=False)
        quality["training"] = {
            "minutes": round(state["elapsed"] / 60, 1), "steps": state["step"], "pictures_seen": state["seen"],
            "pool": state["pool"], "seed": state["seed"],
        }
    text = json.dumps(quality, indent=2) + "\n"
    print(text)
    if args.dry:
        return
    replace(os.path.join(args.data, "quality.json"), text.encode())
    if args.golden:
        z = np.stack([np.random.RandomState(n).standard_normal(test.zdim) for n in (0, 1)]).astype(np.float32)
        picture = render(torch.from_numpy(z)).float().numpy()
        os.makedirs(os.path.dirname(args.golden) or ".", exist_ok=True)
        with open(args.golden + ".tmp", "wb") as f:
            np.save(f, picture)
        os.replace(args.golden + ".tmp", args.golden)


if __name__ == "__main__":
    main()
