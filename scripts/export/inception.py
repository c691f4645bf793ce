"""Inception-v3 of 2015-12-05 as FID uses it, to the last global mean (spec: networks 6)."""

import torch
from torch import nn
from torch.nn import functional as F


class Unit(nn.Module):
    def __init__(self, cin, cout, k, stride=1, padding=0):
        super().__init__()
        self.conv = nn.Conv2d(cin, cout, k, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(cout, eps=0.001)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)))


def same(cin, cout, k):
    k = (k, k) if isinstance(k, int) else k
    return Unit(cin, cout, k, 1, (k[0] // 2, k[1] // 2))


def average(x):
    return F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)


class Module(nn.Module):
    """Named units; `chain` runs some of them in a row."""

    def __init__(self, **units):
        super().__init__()
        for name, unit in units.items():
            self.add_module(name, unit)

    def chain(self, x, *names):
        for name in names:
            x = getattr(self, name)(x)
        return x

    def numbered(self, x, stem, count):
        return self.chain(x, *(f"{stem}_{i}" for i in range(1, count + 1)))


class A(Module):
    def __init__(self, cin, pool):
        super().__init__(branch1x1=same(cin, 64, 1), branch5x5_1=same(cin, 48, 1), branch5x5_2=same(48, 64, 5),
                         branch3x3dbl_1=same(cin, 64, 1), branch3x3dbl_2=same(64, 96, 3), branch3x3dbl_3=same(96, 96, 3),
                         branch_pool=same(cin, pool, 1))

    def forward(self, x):
        return torch.cat([self.branch1x1(x), self.numbered(x, "branch5x5", 2), self.numbered(x, "branch3x3dbl", 3),
                          self.branch_pool(average(x))], 1)


class B(Module):
    def __init__(self, cin):
        super().__init__(branch3x3=Unit(cin, 384, 3, 2), branch3x3dbl_1=same(cin, 64, 1), branch3x3dbl_2=same(64, 96, 3),
                         branch3x3dbl_3=Unit(96, 96, 3, 2))

    def forward(self, x):
        return torch.cat([self.branch3x3(x), self.numbered(x, "branch3x3dbl", 3), F.max_pool2d(x, 3, 2)], 1)


class C(Module):
    def __init__(self, c):
        wide, tall = (1, 7), (7, 1)
        super().__init__(branch1x1=same(768, 192, 1), branch7x7_1=same(768, c, 1), branch7x7_2=same(c, c, wide),
                         branch7x7_3=same(c, 192, tall), branch7x7dbl_1=same(768, c, 1), branch7x7dbl_2=same(c, c, tall),
                         branch7x7dbl_3=same(c, c, wide), branch7x7dbl_4=same(c, c, tall), branch7x7dbl_5=same(c, 192, wide),
                         branch_pool=same(768, 192, 1))

    def forward(self, x):
        return torch.cat([self.branch1x1(x), self.numbered(x, "branch7x7", 3), self.numbered(x, "branch7x7dbl", 5),
                          self.branch_pool(average(x))], 1)


class D(Module):
    def __init__(self):
        super().__init__(branch3x3_1=same(768, 192, 1), branch3x3_2=Unit(192, 320, 3, 2), branch7x7x3_1=same(768, 192, 1),
                         branch7x7x3_2=same(192, 192, (1, 7)), branch7x7x3_3=same(192, 192, (7, 1)),
                         branch7x7x3_4=Unit(192, 192, 3, 2))

    def forward(self, x):
        return torch.cat([self.numbered(x, "branch3x3", 2), self.numbered(x, "branch7x7x3", 4), F.max_pool2d(x, 3, 2)], 1)


class E(Module):
    def __init__(self, cin, pool):
        super().__init__(branch1x1=same(cin, 320, 1), branch3x3_1=same(cin, 384, 1), branch3x3_2a=same(384, 384, (1, 3)),
                         branch3x3_2b=same(384, 384, (3, 1)), branch3x3dbl_1=same(cin, 448, 1), branch3x3dbl_2=same(448, 384, 3),
                         branch3x3dbl_3a=same(384, 384, (1, 3)), branch3x3dbl_3b=same(384, 384, (3, 1)),
                         branch_pool=same(cin, 192, 1))
        self.pool = pool

    def forward(self, x):
        a = self.branch3x3_1(x)
        b = self.numbered(x, "branch3x3dbl", 2)
        return torch.cat([self.branch1x1(x), self.branch3x3_2a(a), self.branch3x3_2b(a), self.branch3x3dbl_3a(b),
                          self.branch3x3dbl_3b(b), self.branch_pool(self.pool(x))], 1)


class Inception(Module):
    """[N,3,299,299], (v-128)/128 of v in [0,255] -> [N,2048]. The classifier `fc` is loaded and not run."""

    STAGES = ("Conv2d_1a_3x3 Conv2d_2a_3x3 Conv2d_2b_3x3 pool Conv2d_3b_1x1 Conv2d_4a_3x3 pool Mixed_5b Mixed_5c Mixed_5d Mixed_6a "
              "Mixed_6b Mixed_6c Mixed_6d Mixed_6e Mixed_7a Mixed_7b Mixed_7c").split()

    def __init__(self):
        super().__init__(
            Conv2d_1a_3x3=Unit(3, 32, 3, 2), Conv2d_2a_3x3=Unit(32, 32, 3), Conv2d_2b_3x3=same(32, 64, 3),
            Conv2d_3b_1x1=same(64, 80, 1), Conv2d_4a_3x3=Unit(80, 192, 3), Mixed_5b=A(192, 32), Mixed_5c=A(256, 64),
            Mixed_5d=A(288, 64), Mixed_6a=B(288), Mixed_6b=C(128), Mixed_6c=C(160), Mixed_6d=C(160), Mixed_6e=C(192), Mixed_7a=D(),
            Mixed_7b=E(1280, average), Mixed_7c=E(2048, lambda x: F.max_pool2d(x, 3, 1, 1)), fc=nn.Linear(2048, 1008))

    def pool(self, x):
        return F.max_pool2d(x, 3, 2)

    def forward(self, x):
        return self.chain(x, *self.STAGES).mean((2, 3))
