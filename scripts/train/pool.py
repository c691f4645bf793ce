"""Reads a pool that the Go command `scripts/train/pool` wrote: latents, pictures, label maps, attributes."""

import json
import os

import numpy as np
import torch


class Pool:
    """A pool in memory, or one of `parts` equal parts of it. Pictures stay 8-bit and are scaled to [-1,1] batch by batch."""

    def __init__(self, folder, part=0, parts=1):
        with open(os.path.join(folder, "meta.json")) as f:
            meta = json.load(f)
        self.world, self.size, self.zdim = meta["world"], meta["size"], meta["zdim"]
        self.labels, self.attributes, self.seed = meta["labels"], meta["attributes"], meta.get("seed")
        self.total, n = meta["count"], meta["count"] // parts
        self.count, s = n, self.size

        def load(name, dtype, *shape):
            row = int(np.prod(shape))
            offset = part * n * row * np.dtype(dtype).itemsize
            flat = np.fromfile(os.path.join(folder, name), dtype, count=n * row, offset=offset)
            return torch.from_numpy(flat.reshape(n, *shape))

        self.z = load("z.f32", "<f4", self.zdim)
        self.image8 = load("image.u8", "u1", 3, s, s)
        self.label = load("label.u8", "u1", s, s)
        self.attr = load("attr.f32", "<f4", len(self.attributes))

    def add(self, other):
        """Takes the pictures of another pool of the same world behind its own."""
        for name in ("z", "image8", "label", "attr"):
            setattr(self, name, torch.cat([getattr(self, name), getattr(other, name)]))
        self.count += other.count

    def images(self, index):
        """[B,3,S,S] float32 in [-1,1]."""
        return self.image8[index].float() / 127.5 - 1

    def truth(self, switches, index=slice(None)):
        """[B,len(switches)] bool: the hard switches, as the signs of the attributes of those names."""
        columns = [self.attributes.index(name) for name in switches]
        return self.attr[index][:, columns] > 0

    def often(self, rare):
        """Numbers of pictures, those in which a switch of `rare` is on as many times as it says."""
        numbers = [torch.arange(self.count)]
        for name, times in rare.items():
            on = self.truth([name])[:, 0].nonzero()[:, 0]
            numbers += [on] * (times - 1)
        return torch.cat(numbers)


def grow(mask):
    """A [B,S,S] bool mask grown by one pixel in all eight directions."""
    return torch.nn.functional.max_pool2d(mask[:, None].float(), 3, 1, 1)[:, 0] > 0


def region_mask(pool, labels, names):
    """[B,S,S] bool: the pixels whose label is one of `names`, grown by one pixel."""
    wanted = torch.tensor([name in names for name in pool.labels])
    return grow(wanted[labels.long()])
