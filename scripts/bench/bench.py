"""Times this program and PyTorch in turn on the same random networks, inputs and number of threads.

    python scripts/bench/bench.py [--threads 2] [--rounds 5] [--rows image,insert] [--keep FOLDER]

Every round runs each row once in either program, so that both meet the same load. README.md explains the rows.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import warnings

import torch

import peer
from models import Progressive, StyleGAN2, random_progressive, random_stylegan2
import scorers
from perceptual import NETWORKS, Perceptual, export

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
FACES = os.path.join(ROOT, "worlds", "faces", "data", "generator.pt")
REAL_FACES = os.path.join(ROOT, "networks", "real-faces", "generator.onnx")  # made by scripts/export/real_faces
CROPS = {8: (14, 8), 10: (9, 18)}  # key crops of two published edits, cells high and wide
EDIT = peer.FULL_STEPS / peer.STEPS


class Row:
    """One kind of work: `name` in either program, `label` in the table; seconds are multiplied by `scale`."""

    def __init__(self, name, label, prepare, scale=1.0):
        self.name, self.label, self.prepare, self.scale = name, label, prepare, scale
        self.run, self.ours, self.theirs, self.error = None, [], [], 0.0


def rows(folder):
    """All rows; what PyTorch needs is made when a row is prepared."""

    def array(name, tensor):
        tensor.contiguous().numpy().astype("<f4").tofile(os.path.join(folder, name + ".f32"))
        return tensor

    def network(name, state):
        path = os.path.join(folder, name + ".pt")
        if not os.path.exists(path):
            torch.save({"state_dict": state} if name.startswith("prog") else {"g_ema": state}, path)
        return state

    def faces():
        stored = torch.load(FACES, weights_only=True)
        torch.save({"g_ema": stored["g_ema"]}, os.path.join(folder, "faces.pt"))
        return StyleGAN2(stored["g_ema"])

    g = torch.Generator().manual_seed(2)
    z512, z64 = array("z512", torch.randn(100, 512, generator=g)), array("z64", torch.randn(100, 64, generator=g))
    x, y = (array(n, torch.rand(1, 3, 256, 256, generator=g) * 2 - 1) for n in "xy")
    state256 = lambda: network("stylegan2-256", random_stylegan2(256))

    def edit(layer, linear):
        model = StyleGAN2(state256())
        r = torch.Generator().manual_seed(layer)
        h, w = CROPS[layer]
        key = array(f"key{layer}", torch.randn(1, 512, h, w, generator=r))
        style = array(f"style{layer}", 1 + 0.3 * torch.randn(1, 512, generator=r))
        goal = array(f"goal{layer}", torch.randn(1, 512, h, w, generator=r))
        direction = torch.randn(512, generator=r)
        direction = array(f"direction{layer}", direction / direction.norm())
        return peer.insert(model, layer, key, style, goal, direction, linear)

    def perceptual(name):
        module = Perceptual(NETWORKS[name])
        export(module, os.path.join(folder, name + ".onnx"))
        return peer.perceptual(module, x, y)

    def scorer(name):
        module, size, outputs = scorers.scorer(name)
        scorers.export(module, size, outputs, os.path.join(folder, name + ".onnx"))
        picture = array(name, torch.rand(1, 3, size, size, generator=torch.Generator().manual_seed(3)) * 2 - 1)
        return peer.scorer(module, picture)

    def real_faces():
        shutil.copy(REAL_FACES, os.path.join(folder, "mobilestylegan.onnx"))
        return peer.runtime(REAL_FACES, z512[:1])

    progressive = lambda: network("progressive-256", random_progressive())
    exported = [Row("mobilestylegan", "MobileStyleGAN-1024 image **", real_faces)] if os.path.exists(REAL_FACES) else []
    return exported + [
        Row("stylegan2-256", "StyleGAN2-256 image", lambda: peer.image(StyleGAN2(state256()), z512[:1])),
        Row("stylegan2-256 x10", "  of 10, per image", lambda: peer.image(StyleGAN2(state256()), z512[:10]), 0.1),
        Row("stylegan2-1024", "StyleGAN2-1024 image",
            lambda: peer.image(StyleGAN2(network("stylegan2-1024", random_stylegan2(1024))), z512[:1])),
        Row("progressive-256", "Progressive GAN 256 image", lambda: peer.progressive(progressive(), z512[:1])),
        Row("progressive-256 x10", "  of 10, per image", lambda: peer.progressive(progressive(), z512[:10]), 0.1),
        Row("moment 8", "second moment, layer 8, 100 samples", lambda: peer.moment(StyleGAN2(state256()), 8, z512)),
        Row("insert 8", "insert, layer 8, 14x8 *", lambda: edit(8, False), EDIT),
        Row("insert 10", "insert, layer 10, 9x18 *", lambda: edit(10, False), EDIT),
        Row("linear 8", "linear insert, layer 8, 14x8 *", lambda: edit(8, True), EDIT),
        Row("linear 10", "linear insert, layer 10, 9x18 *", lambda: edit(10, True), EDIT),
        Row("finetune", "finetune step, StyleGAN2-256", lambda: peer.finetune(state256(), z512[:1])),
        Row("lpips alexnet", "LPIPS AlexNet pair, 256", lambda: perceptual("alexnet")),
        Row("lpips vgg", "LPIPS VGG pair, 256", lambda: perceptual("vgg")),
        Row("upernet", "UPerNet-ResNet50, 256", lambda: scorer("upernet")),
        Row("inception", "Inception-v3, one picture", lambda: scorer("inception")),
        Row("faces", "faces world image, 64", lambda: peer.image(faces(), z64[:1])),
        Row("faces x10", "  of 10, per image", lambda: peer.image(faces(), z64[:10]), 0.1),
    ]


class Ours:
    """The Go program, asked row by row."""

    def __init__(self, folder, threads):
        binary = os.path.join(folder, "bench")
        subprocess.run(["go", "build", "-o", binary, "./scripts/bench"], cwd=ROOT, check=True,
                       env={**os.environ, "CGO_ENABLED": "0"})
        self.process = subprocess.Popen([binary, "-data", folder, "-threads", str(threads)], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, name):
        print(name, file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"bench.py: the Go program stopped at row {name!r}")
        return json.loads(line)


def difference(a, b):
    """The largest difference relative to the largest number."""
    return max(abs(p - q) for p, q in zip(a, b, strict=True)) / (max(map(abs, b)) + 1e-30)


def measure(row, ours):
    if row.run is None:
        row.run = row.prepare()
        row.run()
    answer = ours.ask(row.name)
    row.ours.append(answer["seconds"] * row.scale)
    started = time.perf_counter()
    numbers = row.run()
    row.theirs.append((time.perf_counter() - started) * row.scale)
    if row.name != "finetune":  # its weights move with every step of either program
        row.error = max(row.error, difference(answer["numbers"], numbers))


def table(measured, tier, threads, rounds):
    print(" " * 60, end="\r", file=sys.stderr)
    print(f"PyTorch {torch.__version__} and this program ({tier}), {threads} threads, {rounds} rounds, milliseconds")
    print("| work | PyTorch min | median | ours min | median | ratio of minima | of medians | difference |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for row in measured:
        a, b = [min(row.theirs), statistics.median(row.theirs)], [min(row.ours), statistics.median(row.ours)]
        cells = [f"{1000 * s:.4g}" for s in a + b] + [f"{p / q:.2f}" for p, q in zip(a, b)]
        print(f"| {row.label} | " + " | ".join(cells) + f" | {row.error:.1e} |")
    print(f"\n*: {peer.STEPS} steps timed, scaled to {peer.FULL_STEPS}. Ratios above one: this program is faster. "
          "Difference: largest, relative to the largest number compared. **: against ONNX Runtime, which runs the same file.")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", default="", help="comma-separated parts of row names; all rows if empty")
    parser.add_argument("--keep", help="folder for networks and arrays, instead of a temporary one")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    warnings.filterwarnings("ignore", module="torch.onnx")
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or temporary
        os.makedirs(folder, exist_ok=True)
        wanted = [r for r in rows(folder) if any(part in r.name for part in options.rows.split(","))]
        ours = Ours(folder, options.threads)
        for n in range(options.rounds):
            for row in wanted:
                print(f"round {n + 1}/{options.rounds}: {row.name:<24}", end="\r", file=sys.stderr, flush=True)
                measure(row, ours)
        table(wanted, ours.ask("tier"), options.threads, options.rounds)
        ours.process.stdin.close()
        ours.process.wait()


if __name__ == "__main__":
    main()
