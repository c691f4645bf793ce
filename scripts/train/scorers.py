"""The networks that score a world's pictures, and their training.

    python train_scorers.py --pool POOL --test TEST --work RUN --out DATA --minutes 5

`Classifier` says which switches are on and gives the perceptual features; `Segmenter` labels every pixel;
`Perceptual` is a distance of the LPIPS form on the classifier's features.
"""

import torch
import torch.nn.functional as F
from torch import nn

STAGES = (16, 32, 48, 64, 64)


class Stage(nn.Module):
    """Two 3x3 convolutions, each with ReLU."""

    def __init__(self, cin, cout):
        super().__init__()
        self.a, self.b = nn.Conv2d(cin, cout, 3, padding=1), nn.Conv2d(cout, cout, 3, padding=1)
        for conv in (self.a, self.b):  # keeps the size of the signal through ten layers without normalisation
            nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")
            nn.init.zeros_(conv.bias)

    def forward(self, x):
        return F.relu(self.b(F.relu(self.a(x))))


class Classifier(nn.Module):
    """Five stages with max-pooling between, global average, linear head. Returns logits and the five features."""

    def __init__(self, outputs):
        super().__init__()
        self.stages = nn.ModuleList(Stage(a, b) for a, b in zip((3, *STAGES), STAGES))
        self.head = nn.Linear(STAGES[-1], outputs)

    def features(self, x):
        out = []
        for i, stage in enumerate(self.stages):
            x = stage(F.max_pool2d(x, 2) if i else x)
            out.append(x)
        return out

    def forward(self, x):
        features = self.features(x)
        return (self.head(features[-1].mean((2, 3))), *features)


class Presence(nn.Module):
    """Training only: which labels occur in each cell of the last two stages' grids.

    A switch whose part is a few pixels (earrings) hardly moves the global average of an untrained
    network, and a switch alone teaches it for minutes nothing; told where parts are, it finds them at once.
    """

    def __init__(self, labels):
        super().__init__()
        self.heads = nn.ModuleList(nn.Conv2d(c, labels, 1) for c in STAGES[-2:])

    def loss(self, features, label):
        there = F.one_hot(label.long(), self.heads[0].out_channels).permute(0, 3, 1, 2).float()
        total = 0
        for head, feature in zip(self.heads, features[-2:]):
            cells = F.max_pool2d(there, there.shape[-1] // feature.shape[-1])
            total = total + F.binary_cross_entropy_with_logits(head(feature.float()), cells)
        return total


def shares(said, truth, names):
    """What a classifier is worth: of [N,K] answers and truths, the share right, and for rare switches'
    sake also the share of those on that it finds (recall) and of those off that it reports (false alarms)."""
    figures = {"accuracy": (said == truth).float().mean(0),
               "recall": (said & truth).sum(0) / truth.sum(0).clamp(min=1),
               "false_alarms": (said & ~truth).sum(0) / (~truth).sum(0).clamp(min=1)}
    return {figure: {name: round(v, 4) for name, v in zip(names, values.tolist())}
            for figure, values in figures.items()}


class Segmenter(nn.Module):
    """A small U-Net: widths 16, 32, 48, 64, nearest upsampling, skips by concatenation."""

    def __init__(self, labels, widths=(16, 32, 48, 64)):
        super().__init__()
        self.down = nn.ModuleList(Stage(a, b) for a, b in zip((3, *widths), widths))
        self.up = nn.ModuleList(Stage(a + b, a) for a, b in zip(widths, widths[1:]))
        self.head = nn.Conv2d(widths[0], labels, 1)

    def forward(self, x):
        skips = []
        for i, stage in enumerate(self.down):
            x = stage(F.max_pool2d(x, 2) if i else x)
            skips.append(x)
        for i in reversed(range(len(self.up))):
            x = F.interpolate(x, scale_factor=2.0, mode="nearest")
            x = self.up[i](torch.cat([x, skips[i]], 1))
        return self.head(x)


def unit(feature):
    """Each pixel's feature vector divided by its length, as LPIPS does it: 1e-10 is added outside the root."""
    return feature / (feature.pow(2).sum(1, keepdim=True).sqrt() + 1e-10)


class Perceptual(nn.Module):
    """map[n,0,y,x]: over the stages, the weighted squared difference of unit features, upsampled and added."""

    def __init__(self, classifier, weights):
        super().__init__()
        self.classifier = classifier
        self.weights = nn.ParameterList(nn.Parameter(w.reshape(1, -1, 1, 1)) for w in weights)

    def forward(self, x, y):
        total = 0
        for i, (f, g) in enumerate(zip(self.classifier.features(x), self.classifier.features(y))):
            d = F.conv2d((unit(f) - unit(g)).pow(2), self.weights[i])
            if i:
                d = F.interpolate(d, scale_factor=float(2**i), mode="bilinear", align_corners=False)
            total = total + d
        return total


@torch.no_grad()
def perceptual_weights(classifier, pool, pairs=2000, seed=0):
    """One nonnegative weight per channel, by a rule instead of by training on human judgements.

    With m_c the mean squared difference of channel c of the unit features over random pairs of pictures
    (all pixels), w_c = 1 / (m_c C L): every channel and every stage contributes equally to a random pair, and a
    random pair's mean distance is about 1. A channel that hardly ever differs would get an enormous
    weight, so m_c is bounded below by a tenth of the stage's mean; such channels contribute less.
    """
    generator = torch.Generator().manual_seed(seed)
    sums = [0.0] * len(STAGES)
    for _ in range(pairs // 100):
        a, b = torch.randint(pool.count, (2, 100), generator=generator)
        fa, fb = classifier.features(pool.images(a)), classifier.features(pool.images(b))
        for i, (f, g) in enumerate(zip(fa, fb)):
            sums[i] = sums[i] + (unit(f) - unit(g)).pow(2).mean((0, 2, 3)).double() / (pairs // 100)
    out = []
    for m in sums:
        m = torch.maximum(m, 0.1 * m.mean())
        out.append((1 / (m * len(m) * len(sums))).float())
    return out


def degrade(x):
    """Random damage of a batch in [-1,1], so that the scorers read generated pictures as well as renders.

    A quarter stays clean. The rest gets, each with its own chance and strength: softness (a random
    Gaussian blur, or a resampling to a lower size and back), a colour shift (gain and offset per channel), white
    noise, low-frequency noise.
    """
    n, s = x.shape[0], x.shape[-1]
    out = x.clone()
    for rows in torch.randperm(n).split(max(1, n // 8))[: 6]:
        y = x[rows]
        kind = torch.rand(()).item()
        if kind < 0.45:
            sigma = 0.3 + 0.9 * torch.rand(()).item()
            t = torch.arange(-3, 4.0)
            k = torch.exp(-t.square() / (2 * sigma * sigma))
            k = k / k.sum()
            y = F.pad(y, (3, 3, 3, 3), mode="replicate")
            y = F.conv2d(y, k.reshape(1, 1, 1, 7).expand(3, 1, 1, 7), groups=3)
            y = F.conv2d(y, k.reshape(1, 1, 7, 1).expand(3, 1, 7, 1), groups=3)
        elif kind < 0.75:
            low = int(s * (0.5 + 0.45 * torch.rand(()).item()))
            y = F.interpolate(y, size=(low, low), mode="bilinear", align_corners=False, antialias=True)
            y = F.interpolate(y, size=(s, s), mode="bilinear", align_corners=False)
        b = len(rows)
        if torch.rand(()) < 0.5:
            y = y * (1 + 0.08 * torch.randn(b, 3, 1, 1)) + 0.05 * torch.randn(b, 3, 1, 1)
        if torch.rand(()) < 0.5:
            y = y + torch.rand(b, 1, 1, 1) * 0.08 * torch.randn_like(y)
        if torch.rand(()) < 0.5:
            low = torch.randn(b, 3, 8, 8) * torch.rand(b, 1, 1, 1) * 0.12
            y = y + F.interpolate(low, size=(s, s), mode="bicubic", align_corners=False)
        out[rows] = y
    return out.clamp(-1, 1)
