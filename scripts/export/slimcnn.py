"""Slim-CNN, the CelebA attribute network (spec: networks 4)."""

import torch
from torch import nn

ATTRIBUTES = ("5_o_Clock_Shadow Arched_Eyebrows Attractive Bags_Under_Eyes Bald Bangs Big_Lips Big_Nose Black_Hair Blond_Hair "
              "Blurry Brown_Hair Bushy_Eyebrows Chubby Double_Chin Eyeglasses Goatee Gray_Hair Heavy_Makeup High_Cheekbones Male "
              "Mouth_Slightly_Open Mustache Narrow_Eyes No_Beard Oval_Face Pale_Skin Pointy_Nose Receding_Hairline Rosy_Cheeks "
              "Sideburns Smiling Straight_Hair Wavy_Hair Wearing_Earrings Wearing_Hat Wearing_Lipstick Wearing_Necklace "
              "Wearing_Necktie Young").split()


def conv(cin, cout, bias):
    return [nn.Conv2d(cin, cout, 1, bias=bias), nn.BatchNorm2d(cout), nn.ReLU()]


def separable(cin, cout):
    return nn.Sequential(nn.Conv2d(cin, cin, 3, 1, 1, groups=cin, bias=False), nn.BatchNorm2d(cin), nn.ReLU(), *conv(cin, cout, False))


class SSE(nn.Module):
    def __init__(self, cin, f):
        super().__init__()
        self.squeeze = nn.Sequential(*conv(cin, f, True))
        self.expand1 = nn.Sequential(*conv(f, 4 * f, True))
        self.expand3_dw = separable(f, 4 * f)

    def forward(self, x):
        x = self.squeeze(x)
        return torch.cat([self.expand3_dw(x), self.expand1(x)], 1)


class Slim(nn.Module):
    def __init__(self, cin, f):
        super().__init__()
        self.skip_projection = nn.Sequential(*conv(cin, 8 * f, False))
        self.sse1 = SSE(cin, f)
        self.sse2 = SSE(8 * f, f)
        self.expand3_dw = separable(8 * f, 3 * f)

    def forward(self, x):
        return self.expand3_dw(self.sse2(self.sse1(x) + self.skip_projection(x)))


class SlimCNN(nn.Module):
    """[N,3,178,218] in [-1,1] -> 40 logits."""

    def __init__(self, filters=(16, 32, 48, 64), initial=(96, 7, 2), classes=40):
        super().__init__()
        width, kernel, stride = initial
        self.conv1 = nn.Sequential(nn.Conv2d(3, width, kernel, stride), nn.BatchNorm2d(width), nn.ReLU())
        for i, f in enumerate(filters, 1):
            self.add_module(f"slim{i}", Slim(width, f))
            width = 3 * f
        self.count = len(filters)
        self.pool = nn.MaxPool2d(3, 2)
        self.fc = nn.Linear(width, classes)

    def forward(self, x):
        x = self.pool(self.conv1(x))
        for i in range(1, self.count + 1):
            x = self.pool(getattr(self, f"slim{i}")(x))
        return self.fc(x.mean((2, 3)))


def state(file):
    """The published file is a dictionary of hyper-parameters, state dict and perhaps the optimiser's state."""
    if "model_state_dict" not in file:
        raise SystemExit("this is no Slim-CNN checkpoint: it has no model_state_dict")
    return file["model_state_dict"]
