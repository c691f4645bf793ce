"""Trains a world's classifier and segmenter on clean and damaged renders, and exports them as ONNX.

    python train_scorers.py --pool POOL --test TEST --work RUN --out DATA --minutes 5

Writes attributes.onnx, segmenter.onnx and lpips.onnx to --out, and the weights to --work.
"""

import argparse
import math
import os
import time

import torch
import torch.multiprocessing as mp
import torch.nn.functional as F

from export import save_scorers
from optim import MuonAdam
from pool import Pool
from scorers import Classifier, Presence, Segmenter, degrade, perceptual_weights, shares
from settings import WORLDS


def train(model, loss_of, pool, rare, seconds, name, rate=4e-3, batch=48, extra=()):
    """Trains the model and the `extra` parameters that only the loss uses, with a cosine on the wall clock.

    Convolutions are in bfloat16 and channels-last memory; a running mean of the weights is what is kept.
    """
    model.to(memory_format=torch.channels_last)
    average = [p.detach().clone() for p in model.parameters()]
    everything = [*model.parameters(), *extra]
    matrices = [p for p in model.parameters() if p.ndim == 4]
    chosen = {id(p) for p in matrices}
    optimiser = MuonAdam(matrices, [([p for p in everything if id(p) not in chosen], 1.0)])
    numbers = pool.often(rare)
    start = time.monotonic()
    step, reported = 0, start
    while (done := (time.monotonic() - start) / seconds) < 1:
        index = numbers[torch.randint(len(numbers), (batch,))]
        x = degrade(pool.images(index)).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            out = model(x)
        loss = loss_of(out, index)
        loss.backward()
        optimiser.step(rate * min(1, (step + 1) / 100) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done))))
        step += 1
        with torch.no_grad():
            torch._foreach_lerp_(average, list(model.parameters()), 1 - min(0.995, step / (step + 10)))
        if time.monotonic() - reported > 20:
            reported = time.monotonic()
            print(f"{name} {reported - start:.0f} s, step {step}: loss {loss.item():.4f}", flush=True)
    with torch.no_grad():
        for p, a in zip(model.parameters(), average):
            p.copy_(a)
    print(f"{name} saw {step * batch} pictures", flush=True)


def train_classifier(args, pool, settings):
    torch.manual_seed(args.seed)
    model, presence = Classifier(len(settings.switches)), Presence(len(pool.labels))
    truth = pool.truth(settings.switches).float()

    def loss(out, index):
        logits, *features = out
        switches = F.binary_cross_entropy_with_logits(logits.float(), truth[index])
        return switches + presence.loss(features, pool.label[index])

    train(model, loss, pool, settings.rare, args.minutes * 60, "classifier", extra=presence.parameters())
    return model


def train_segmenter(args, pool, settings):
    torch.manual_seed(args.seed)
    model = Segmenter(len(pool.labels))
    if args.go_on:
        model.load_state_dict(torch.load(os.path.join(args.work, "segmenter.pt"), weights_only=True))
    for folder in args.changed:
        pool.add(Pool(folder))
    train(model, lambda out, index: F.cross_entropy(out.float(), pool.label[index].long()),
          pool, settings.rare, args.minutes * 60, "segmenter")
    return model


JOBS = {"classifier": train_classifier, "segmenter": train_segmenter}


def work(number, names, args):
    """One process with one thread for each network."""
    torch.set_num_threads(1)
    name = names[number]
    pool = Pool(args.pool)
    model = JOBS[name](args, pool, WORLDS[pool.world])
    torch.save(model.state_dict(), os.path.join(args.work, name + ".pt"))


@torch.no_grad()
def answers(classifier, segmenter, images, label):
    """([N,K] bool of the classifier, share of pixels right) of a list of pictures in batches."""
    said, pixels = [], 0.0
    for x, wanted in zip(images.split(100), label.split(100)):
        said.append(classifier(x)[0] > 0)
        pixels += (segmenter(x).argmax(1) == wanted).float().mean((1, 2)).sum().item()
    return torch.cat(said), pixels / len(images)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--pool", required=True)
    ap.add_argument("--test", required=True)
    ap.add_argument("--work", required=True)
    ap.add_argument("--out", required=True)
    ap.add_argument("--minutes", type=float, default=5)
    ap.add_argument("--only", choices=sorted(JOBS), help="train this one and take the other from --work")
    ap.add_argument("--changed", nargs="*", default=[], help="pools with a rule applied, for the segmenter: no scene has a tree on a tower")
    ap.add_argument("--go-on", action="store_true", help="train the segmenter of --work further")
    ap.add_argument("--seed", type=int, default=0)
    args = ap.parse_args()

    os.makedirs(args.work, exist_ok=True)
    names = [args.only] if args.only else sorted(JOBS)
    mp.spawn(work, (names, args), nprocs=len(names))

    pool, test = Pool(args.pool), Pool(args.test)
    settings = WORLDS[pool.world]
    classifier, segmenter = Classifier(len(settings.switches)), Segmenter(len(pool.labels))
    for name, model in (("classifier", classifier), ("segmenter", segmenter)):
        model.load_state_dict(torch.load(os.path.join(args.work, name + ".pt"), weights_only=True))
    images = test.images(slice(0, 1000))
    said, pixels = answers(classifier, segmenter, images, test.label[:1000])
    print("on renders:", shares(said, test.truth(settings.switches)[:1000], settings.switches), "pixels", pixels, flush=True)
    weights = perceptual_weights(classifier, pool)
    command = "train_scorers.py --minutes %g --seed %d" % (args.minutes, args.seed)
    save_scorers(classifier, segmenter, weights, pool, test, settings, args.out, command)


if __name__ == "__main__":
    main()
