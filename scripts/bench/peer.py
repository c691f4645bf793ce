"""PyTorch's side of every row: a function without arguments that does the work once and returns numbers to compare."""

import math

import onnxruntime
import torch
import torch.nn.functional as F

from models import Progressive, StyleGAN2

STEPS = 101  # of an edit; times are scaled to FULL_STEPS
FULL_STEPS = 2001
BATCH = 10


def sample(x):
    """Some numbers by which two results are compared: 64 of them, evenly spread, and their largest absolute value."""
    flat = x.detach().reshape(-1).double()
    index = torch.linspace(0, flat.numel() - 1, min(64, flat.numel()), dtype=torch.float64).floor().long()
    return flat[index].tolist()


def image(model, z):
    def run():
        with torch.inference_mode():
            return sample(model.image(z)[:1])
    return run


def moment(model, layer, z):
    """Mean of k kT over all cells of all images, in batches."""
    def run():
        with torch.inference_mode():
            total, cells = None, 0
            for part in z.split(BATCH):
                keys = model.context(layer, part)[0].permute(1, 0, 2, 3).flatten(1)
                gram = keys @ keys.T
                total = gram if total is None else total + gram
                cells += keys.shape[1]
            return sample(total / cells)
    return run


def project(weight, direction):
    along = torch.einsum("oiyx,i->oyx", weight, direction)
    return torch.einsum("oyx,i->oiyx", along, direction)


def insert(model, layer, key, style, goal, direction, linear):
    """Adam on mean |goal - f(key; W)|; W keeps to one direction by projection (every ten steps) or by construction."""
    stored = model.state[f"{model.name(layer)}.conv.weight"][0]
    sigma = 1 / math.sqrt(9 * stored.shape[1])

    def run():
        first = stored.clone()
        if linear:
            parameter = torch.zeros(stored.shape[0], 3, 3, requires_grad=True)
        else:
            parameter = first.clone().requires_grad_()
            fixed = first - project(first, direction)
        adam = torch.optim.Adam([parameter], lr=0.05)
        losses = []
        for step in range(STEPS):
            weight = first + torch.einsum("oyx,i->oiyx", parameter, direction) if linear else parameter
            scaled = weight * sigma
            values = model.target(layer, key, style, (scaled, scaled.square().sum((2, 3))))
            loss = F.l1_loss(values, goal)
            adam.zero_grad()
            loss.backward()
            adam.step()
            losses.append(loss.item())
            if not linear and (step % 10 == 0 or step == STEPS - 1):
                with torch.no_grad():
                    parameter.copy_(fixed + project(parameter, direction))
        return losses[:3]
    return run


def finetune(state, z):
    """One step on all parameters of the generator: picture, gradient, Adam."""
    trained = {name: t.clone().requires_grad_() for name, t in state.items()}
    adam = torch.optim.Adam(trained.values(), lr=1e-4)

    def run():
        loss = StyleGAN2(trained).image(z).abs().mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
        return [loss.item()]
    return run


def perceptual(module, x, y):
    def run():
        with torch.inference_mode():
            return sample(module(x, y))
    return run


def scorer(module, x):
    def run():
        with torch.inference_mode():
            y = module(x)
            return sample(y if isinstance(y, torch.Tensor) else y[0])
    return run


def runtime(path, z):
    """The first output of an ONNX file in ONNX Runtime, with PyTorch's number of threads."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def run():
        return sample(torch.from_numpy(session.run(None, {session.get_inputs()[0].name: z.numpy()})[0]))
    return run


def progressive(state, z):
    return image(Progressive(state), z)
