"""Muon for the matrices of a convolutional generator, Adam for the rest, behind one step().

Muon (K. Jordan, 2024): momentum whose update is replaced by the nearest semi-orthogonal matrix, found by
five steps of a quintic Newton-Schulz iteration.  All directions of a weight matrix move equally
fast, which suits a generator that must learn many independent attributes.  The update
is scaled to a root mean square of 0.2, Adam's usual size, so that both share one learning rate.
"""

import torch
import torch.distributed as dist


def sum_over_workers(tensors, extra=None):
    """Replaces each tensor, in one message, by its sum over the workers; returns the sum of `extra`, if any."""
    if not dist.is_initialized():
        return extra
    flat = torch.cat([t.flatten() for t in tensors] + ([extra] if extra is not None else []))
    dist.all_reduce(flat)
    at = 0
    for t in tensors:
        t.copy_(flat[at : at + t.numel()].view_as(t))
        at += t.numel()
    return flat[at:]


def orthogonalise(m, steps=5):
    """About U V^T of m = U S V^T, in bfloat16; singular values end between 0.7 and 1.2."""
    x = (m / (m.norm() + 1e-7)).bfloat16()
    flip = x.shape[0] > x.shape[1]
    if flip:
        x = x.T
    for _ in range(steps):
        a = x @ x.T
        x = torch.addmm(x, torch.addmm(a, a, a, beta=-4.7750, alpha=2.0315), x, beta=3.4445)
    return (x.T if flip else x).float()


class MuonAdam:
    """`matrices` (flattened to [out, rest]) by Muon, each group of others by Adam with its share of the rate.

    Of several workers, which hold the same gradients, each orthogonalises every n-th matrix.
    """

    def __init__(self, matrices, groups, momentum=0.95, worker=0, workers=1):
        self.matrices, self.momentum, self.worker, self.workers = list(matrices), momentum, worker, workers
        self.buffers = [torch.zeros_like(p) for p in self.matrices]
        self.adam = torch.optim.Adam([{"params": list(p), "lr": 0.0, "share": share} for p, share in groups],
                                     betas=(0.9, 0.99), eps=1e-8, foreach=True)

    @torch.no_grad()
    def step(self, rate):
        for group in self.adam.param_groups:
            group["lr"] = rate * group["share"]
        self.adam.step()
        self.adam.zero_grad()
        live = [(p, buffer) for p, buffer in zip(self.matrices, self.buffers) if p.grad is not None]
        updates = []
        for i, (p, buffer) in enumerate(live):
            buffer.lerp_(p.grad, 1 - self.momentum)
            if i % self.workers == self.worker:
                updates.append(orthogonalise(torch.lerp(p.grad, buffer, self.momentum).flatten(1)))
            else:
                updates.append(torch.zeros_like(p).flatten(1))
            p.grad = None
        sum_over_workers(updates)
        for (p, _), update in zip(live, updates):
            p.add_(update.view_as(p), alpha=-rate * 0.2 * max(update.shape) ** 0.5)

    def state_dict(self):
        return {"buffers": self.buffers, "adam": self.adam.state_dict()}

    def load_state_dict(self, state):
        for mine, saved in zip(self.buffers, state["buffers"]):
            mine.copy_(saved)
        self.adam.load_state_dict(state["adam"])
