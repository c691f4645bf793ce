"""The convolutional parts of AlexNet, VGG16 and VGG19 in torchvision's numbering (spec: networks 1 and 2)."""

from torch import nn

VGG = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}


def alexnet():
    relu = lambda: nn.ReLU()
    return [nn.Conv2d(3, 64, 11, 4, 2), relu(), nn.MaxPool2d(3, 2), nn.Conv2d(64, 192, 5, 1, 2), relu(), nn.MaxPool2d(3, 2),
            nn.Conv2d(192, 384, 3, 1, 1), relu(), nn.Conv2d(384, 256, 3, 1, 1), relu(), nn.Conv2d(256, 256, 3, 1, 1), relu()]


def vgg(name):
    layers, channels = [], 3
    for block, count in enumerate(VGG[name]):
        for _ in range(count):
            out = min(64 << block, 512)
            layers += [nn.Conv2d(channels, out, 3, 1, 1), nn.ReLU()]
            channels = out
        layers.append(nn.MaxPool2d(2, 2))
    return layers


class Taps(nn.Sequential):
    """Runs the layers and returns the outputs at the positions `taps`; nothing after the last is kept."""

    def __init__(self, layers, taps):
        super().__init__(*layers[:taps[-1] + 1])
        self.taps = taps

    def forward(self, x):
        out = []
        for i, layer in enumerate(self):
            x = layer(x)
            if i in self.taps:
                out.append(x)
        return tuple(out)


def vgg16_relu4_2():
    return Taps(vgg("vgg16"), (20,))


def vgg19_levels():
    """relu1_1, 2_1, 3_1, 4_1, 5_1: the levels of neural best buddies."""
    return Taps(vgg("vgg19"), (1, 6, 11, 20, 29))


def trunk_state(file, module, prefix="features."):
    """The tensors of a torchvision file that `module` has; the classifier behind them is left out."""
    return {k.removeprefix(prefix): v for k, v in file.items() if k.removeprefix(prefix) in module.state_dict()}
