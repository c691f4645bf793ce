"""UPerNet on ResNet50, unified parsing: the "netpqc" segmenter (spec: networks 5, metrics 4)."""

import torch
from torch import nn
from torch.nn import functional as F

OBJECTS, PARTS, MATERIALS, SCENES = 336, 427, 26, 365


def roi_weights(s, n=8):
    """W_s [s,n]: the exact integral of the bilinear surface over each of s bins of [0,n], zero outside the samples.

    W[p][i] = (H((p+1)b - i) - H(pb - i)) / b with b = n/s, H the integral of the triangle function. Precise RoI pooling
    of the whole map is W X W^T.
    """
    def primitive(t):
        t = t.clamp(-1, 1)
        return torch.where(t <= 0, (t + 1) ** 2 / 2, 1 - (1 - t) ** 2 / 2)

    b = n / s
    p, i = torch.arange(s, dtype=torch.float64)[:, None], torch.arange(n, dtype=torch.float64)[None]
    return ((primitive((p + 1) * b - i) - primitive(p * b - i)) / b).float()


class Bottleneck(nn.Module):
    def __init__(self, cin, width, stride, first):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(cin, width, 1, bias=False), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = nn.Conv2d(width, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width)
        self.conv3, self.bn3 = nn.Conv2d(width, 4 * width, 1, bias=False), nn.BatchNorm2d(4 * width)
        self.downsample = None
        if first:
            self.downsample = nn.Sequential(nn.Conv2d(cin, 4 * width, 1, stride, bias=False), nn.BatchNorm2d(4 * width))

    def forward(self, x):
        y = F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))))
        return F.relu(self.bn3(self.conv3(y)) + (x if self.downsample is None else self.downsample(x)))


class Encoder(nn.Module):
    """[N,3,256,256], BGR minus mean -> C2, C3, C4, C5."""

    def __init__(self):
        super().__init__()
        for i, (cin, cout, stride) in enumerate(((3, 64, 2), (64, 64, 1), (64, 128, 1)), 1):
            self.add_module(f"conv{i}", nn.Conv2d(cin, cout, 3, stride, 1, bias=False))
            self.add_module(f"bn{i}", nn.BatchNorm2d(cout))
        cin = 128
        for i, (width, blocks) in enumerate(((64, 3), (128, 4), (256, 6), (512, 3)), 1):
            layer = []
            for b in range(blocks):
                layer.append(Bottleneck(cin, width, 2 if i > 1 and b == 0 else 1, b == 0))
                cin = 4 * width
            self.add_module(f"layer{i}", nn.Sequential(*layer))

    def forward(self, x):
        for i in (1, 2, 3):
            x = F.relu(getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(x)))
        x = F.max_pool2d(x, 3, 2, 1)
        out = []
        for i in (1, 2, 3, 4):
            x = getattr(self, f"layer{i}")(x)
            out.append(x)
        return out


def cbr(cin, cout, k):
    return nn.Sequential(nn.Conv2d(cin, cout, k, 1, k // 2, bias=False), nn.BatchNorm2d(cout), nn.ReLU())


def enlarge(x, like):
    return F.interpolate(x, size=like.shape[2:], mode="bilinear", align_corners=False)


class Decoder(nn.Module):
    BINS = (1, 2, 3, 6)

    def __init__(self, width=512):
        super().__init__()
        self.scene_head = nn.Sequential(cbr(width, width, 3), nn.AdaptiveAvgPool2d(1), nn.Conv2d(width, SCENES, 1))
        self.ppm_conv = nn.ModuleList(cbr(2048, width, 1) for _ in self.BINS)
        self.ppm_last_conv = cbr(2048 + 4 * width, width, 3)
        self.fpn_in = nn.ModuleList(cbr(c, width, 1) for c in (256, 512, 1024))
        self.fpn_out = nn.ModuleList(nn.Sequential(cbr(width, width, 3)) for _ in range(3))
        self.conv_fusion = cbr(4 * width, width, 3)
        self.object_head = self.head(width, OBJECTS)
        self.part_head = self.head(width, PARTS)
        self.material_head = self.head(width, MATERIALS)
        for s in self.BINS:
            self.register_buffer(f"roi{s}", roi_weights(s), persistent=False)

    @staticmethod
    def head(width, classes):
        return nn.Sequential(cbr(width, width, 3), nn.Conv2d(width, classes, 1))

    def pyramid(self, c):
        c2, c3, c4, c5 = c
        levels = [c5]
        for s, conv in zip(self.BINS, self.ppm_conv):
            w = getattr(self, f"roi{s}")
            levels.append(conv(enlarge(w @ c5 @ w.t(), c5)))
        f = self.ppm_last_conv(torch.cat(levels, 1))
        outs = [f]
        for i, below in ((2, c4), (1, c3), (0, c2)):
            lateral = self.fpn_in[i](below)
            f = lateral + enlarge(f, lateral)
            outs.insert(0, self.fpn_out[i](f))  # f, not this output, goes on down
        return outs

    def forward(self, c):
        """Object and part logits at a quarter of the picture."""
        p = self.pyramid(c)
        fused = self.conv_fusion(torch.cat([p[0], *(enlarge(x, p[0]) for x in p[1:])], 1))
        return self.object_head(fused), self.part_head(fused)

    def others(self, c):
        """Scene and material logits, which no metric needs."""
        p = self.pyramid(c)
        return self.scene_head(p[3]), self.material_head(p[0])


class UPerNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = Encoder(), Decoder()

    def forward(self, x):
        return self.decoder(self.encoder(x))
