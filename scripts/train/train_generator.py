"""Trains a world's generator so that G(z) is the picture that the world's renderer draws for z.

    python train_generator.py --pool POOL --test TEST --work RUN --out DATA --minutes 80

A StyleGAN2's mapping comes first and alone, with a linear head that regresses the scene's attributes: w then holds
the scene, thresholds included. Then the whole network, from 16 pixels up to the full size, on a weighted pixel loss. The learning rate falls along a cosine of the training clock, so the run ends when asked
whatever the machine's speed; the clock does not count pauses (kill -STOP) or time between resumed runs.
Each worker is a process with one thread and its part of the pool; they meet twice a step. On shared cores that
is far faster than one process whose threads meet at every operation.
The run directory holds a checkpoint; the same command continues from it.
"""

import argparse
import copy
import math
import os
import time

import torch
import torch.distributed as dist
import torch.multiprocessing as mp
import torch.nn.functional as F
from torch import nn

import fused
from networks import NETWORKS
from optim import MuonAdam, sum_over_workers
from pool import Pool, region_mask
from settings import WORLDS


class Clock:
    """Training time in seconds; a gap of more than `longest` between ticks is taken for a pause."""

    def __init__(self, elapsed=0.0, longest=4.0):
        self.elapsed, self.longest, self.last = elapsed, longest, time.monotonic()

    def tick(self, count=True):
        now = time.monotonic()
        gap, self.last = now - self.last, now
        if count:
            self.elapsed += min(gap, self.longest)
        return self.elapsed


def train_mapping(mapping, pool, test, seconds, rare, batch=512):
    """Regresses the attributes from w; then rescales w to unit mean square."""
    head = nn.Linear(mapping.layers[-1].out_features, len(pool.attributes))
    optimiser = torch.optim.Adam([*mapping.parameters(), *head.parameters()], betas=(0.9, 0.99))
    numbers = pool.often(rare)
    clock, step = Clock(longest=1.0), 0
    while (done := clock.tick() / seconds) < 1:
        optimiser.param_groups[0]["lr"] = 3e-3 * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done)))
        index = numbers[torch.randint(len(numbers), (batch,))]
        loss = F.mse_loss(head(mapping(pool.z[index])), pool.attr[index])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        step += 1
        if step % 1000 == 0:
            with torch.no_grad():
                error = F.mse_loss(head(mapping(test.z)), test.attr)
            print(f"mapping {step}: train {loss:.4f}, test {error:.4f} of unit variance", flush=True)
    with torch.no_grad():
        size = mapping(pool.z[:10000]).square().mean().sqrt()
        mapping.layers[-1].weight /= size  # leaky activations are positively homogeneous
        mapping.layers[-1].bias /= size


def pixel_loss(fake, real, weight, squared):
    """Weighted L1 + squared * squared error + 0.5 L1 of both image gradients + 0.1 L1 at half size."""
    d = fake - real
    loss = (d.abs() * weight).mean() + squared * (d.square() * weight).mean()
    dx, dy = d[..., :, 1:] - d[..., :, :-1], d[..., 1:, :] - d[..., :-1, :]
    loss = loss + 0.5 * ((dx.abs() * weight[..., :, 1:]).mean() + (dy.abs() * weight[..., 1:, :]).mean())
    return loss + 0.1 * F.avg_pool2d(d, 2).abs().mean()


def hadamard(i):
    """Direction i of worlds/axes, [64]: row i+1 of the Hadamard matrix, of length one."""
    return torch.tensor([-0.125 if bin((i + 1) & j).count("1") % 2 else 0.125 for j in range(64)])


class Exchange:
    """The other scenes of a relation: the cause's latent coordinates change places with unused ones, which keeps the
    norm of z and everything else in the scene."""

    def __init__(self, relation, labels):
        self.layer, self.share = relation.layer, relation.share
        self.side = 4 * 2 ** ((relation.layer - 1) // 2)
        self.cause = torch.tensor([name in relation.cause for name in labels])
        self.swap = torch.eye(64)
        for used, unused in zip(relation.directions, relation.unused):
            d = hadamard(used) - hadamard(unused)
            self.swap = self.swap @ (torch.eye(64) - torch.outer(d, d))  # |d|^2 = 2: a reflection

    def __call__(self, z, label):
        """(layer, latents [B,64], mask [B,1,side,side] of the cells of the cause); part of the batch keeps its scenes."""
        other = torch.where(torch.rand(len(z), 1) < self.share, z @ self.swap, z)
        mask = self.cause[label.long()][:, None].float()
        return self.layer, other, F.max_pool2d(mask, mask.shape[-1] // self.side) > 0


class Batches:
    """Epochs in random order: latents, pictures and per-pixel weights at the resolution of the phase, and, where the
    world has a relation, what the network takes as `exchange`."""

    def __init__(self, pool, settings):
        self.pool, self.numbers = pool, pool.often(settings.rare)
        self.order, self.at = torch.empty(0, dtype=torch.long), 0
        self.weights = torch.tensor([float(settings.label_weights.get(name, 1)) for name in pool.labels])
        self.exchange = Exchange(settings.relation, pool.labels) if settings.relation else None

    def next(self, size, batch):
        if self.at + batch > len(self.order):
            self.order, self.at = self.numbers[torch.randperm(len(self.numbers))], 0
        index = self.order[self.at : self.at + batch]
        self.at += batch
        real = self.pool.images(index)
        weight = self.weights[self.pool.label[index].long()][:, None]
        weight = F.max_pool2d(weight, 3, 1, 1)  # an edge matters as much as the part it bounds
        if size < self.pool.size:
            real = F.interpolate(real, size=(size, size), mode="area")
            weight = F.interpolate(weight, size=(size, size), mode="area")
        z = self.pool.z[index]
        return z, real, weight, {"exchange": self.exchange(z, self.pool.label[index])} if self.exchange else {}


@torch.no_grad()
def evaluate(network, test, settings, size, count=256):
    """(L1, PSNR from the mean squared error, L1 in the region) against the renders at `size`."""
    l1 = mse = inside = pixels = 0.0
    for index in torch.arange(count).split(64):
        fake = network(test.z[index], size).clamp(-1, 1)
        real = test.images(index)
        if size < test.size:
            real = F.interpolate(real, size=(size, size), mode="area")
        d = fake - real
        l1 += d.abs().mean().item() * len(index) / count
        mse += d.square().mean().item() * len(index) / count
        if size == test.size:
            mask = region_mask(test, test.label[index], settings.region)
            inside += (d.abs().mean(1) * mask).sum().item()
            pixels += mask.sum().item()
    return l1, 10 * math.log10(4 / mse), inside / max(pixels, 1)


def phase_at(done, phases):
    for size, share, batch in phases:
        if done < share:
            return size, batch
        done -= share
    return phases[-1][0], phases[-1][2]


def save_atomically(state, path):
    torch.save(state, path + ".tmp")
    os.replace(path + ".tmp", path)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--pool", required=True)
    ap.add_argument("--test", required=True)
    ap.add_argument("--work", required=True, help="directory of the checkpoint")
    ap.add_argument("--out", help="directory to export generator.pt to, every --export minutes and at the end")
    ap.add_argument("--minutes", type=float, default=80, help="training time, mapping not included")
    ap.add_argument("--mapping-minutes", type=float, default=2)
    ap.add_argument("--export", type=float, default=10, help="minutes between exports")
    ap.add_argument("--rate", type=float, default=0.012)
    ap.add_argument("--optimiser", choices=["muon", "adam"], default="muon")
    ap.add_argument("--seed", type=int, default=0)
    ap.add_argument("--workers", type=int, default=2, help="processes of one thread each")
    args = ap.parse_args()
    os.environ.setdefault("MASTER_ADDR", "127.0.0.1")
    os.environ.setdefault("MASTER_PORT", str(20000 + os.getpid() % 20000))
    if args.workers == 1:
        work(0, args)
    else:
        mp.spawn(work, (args,), nprocs=args.workers)


def work(worker, args):
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    if worker == 0:
        fused.native()  # built once
    if args.workers > 1:
        dist.init_process_group("gloo", rank=worker, world_size=args.workers)
        dist.barrier()
    pool, test = Pool(args.pool, worker, args.workers), Pool(args.test)
    settings = WORLDS[pool.world]
    os.makedirs(args.work, exist_ok=True)
    checkpoint = os.path.join(args.work, "checkpoint.pt")

    network = NETWORKS[settings.network](pool.zdim, settings)
    if hasattr(network, "mapping"):
        mapping_file = os.path.join(args.work, "mapping.pt")
        if worker == 0 and not os.path.exists(mapping_file):
            train_mapping(network.mapping, pool, test, args.mapping_minutes * 60, settings.rare)
            save_atomically(network.mapping.state_dict(), mapping_file)
        if args.workers > 1:
            dist.barrier()
        network.mapping.load_state_dict(torch.load(mapping_file, weights_only=True))

    matrices, groups = network.matrices(), network.groups()
    if args.optimiser == "adam":
        matrices, groups = [], [(matrices, 1.0), *groups]
    optimiser = MuonAdam(matrices, groups, worker=worker, workers=args.workers)

    clock, step, seen = Clock(), 0, 0
    ema = copy.deepcopy(network).requires_grad_(False)
    if os.path.exists(checkpoint):
        state = torch.load(checkpoint, weights_only=False)
        network.load_state_dict(state["network"])
        ema.load_state_dict(state["ema"])
        optimiser.load_state_dict(state["optimiser"])
        clock, step, seen = Clock(state["elapsed"]), state["step"], state["seen"]
    live = list(network.parameters())
    averaged = list(ema.parameters())
    torch.manual_seed(1000 * (args.seed + 1 + step) + worker)

    def log(text):
        if worker == 0:
            print(text, flush=True)

    def save(export):
        state = {"network": network.state_dict(), "ema": ema.state_dict(), "optimiser": optimiser.state_dict(),
                 "elapsed": clock.elapsed, "step": step, "seen": seen, "world": pool.world,
                 "pool": {"count": pool.total, "seed": pool.seed}, "seed": args.seed}
        save_atomically(state, checkpoint)
        if export and args.out:
            ema.save(os.path.join(args.out, "generator.pt"))

    total = args.minutes * 60
    batches = Batches(pool, settings)
    reported = saved = exported = now = clock.elapsed
    size = None
    clock.tick(count=False)
    while now < total:
        done = now / total
        new_size, batch = phase_at(done, settings.phases)
        if new_size != size:
            size = new_size
            log(f"{size} pixels from {now:.0f} s")
        rate = args.rate * min(1, (step + 1) / 200) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done)))
        z, real, weight, extra = batches.next(size, batch // args.workers)
        fake = network(z, size, torch.bfloat16, **extra)
        # Late in the run the squared error, which the PSNR measures, gains weight.
        loss = pixel_loss(fake, real, weight, squared=0.5 + 1.5 * done) / args.workers
        loss.backward()
        # All workers go by the first one's clock.
        time_vote = torch.tensor([clock.tick() if worker == 0 else 0.0])
        now = sum_over_workers([p.grad for p in live if p.grad is not None], time_vote).item()
        optimiser.step(rate)
        step, seen = step + 1, seen + batch
        torch._foreach_lerp_(averaged, live, 1 - min(0.999, step / (step + 20)))

        if worker == 0 and now - reported > 120:
            l1, psnr, inside = evaluate(ema, test, settings, size)
            log(f"{now:6.0f} s, step {step}, seen {seen}, {size} px, rate {rate:.5f}: loss {loss:.4f}, "
                f"test L1 {l1:.4f}, PSNR {psnr:.2f}, region L1 {inside:.4f}")
            reported = now
        if worker == 0 and now - saved > 120:
            export = size == pool.size and now - exported > args.export * 60
            save(export)
            saved = now
            exported = saved if export else exported
    if worker == 0:
        save(export=True)
        l1, psnr, inside = evaluate(ema, test, settings, pool.size, count=min(1000, test.count))
        log(f"final: seen {seen}, L1 {l1:.4f}, PSNR {psnr:.2f}, region L1 {inside:.4f}")


if __name__ == "__main__":
    main()
