"""LPIPS on AlexNet and VGG-16 with random weights of the published shapes."""

import torch
from torch import nn

# (out channels, kernel, stride, padding) of a convolution with ReLU, "pool k" for max pooling with stride 2, "tap" for a feature.
ALEXNET = [(64, 11, 4, 2), "tap", 3, (192, 5, 1, 2), "tap", 3, (384, 3, 1, 1), "tap", (256, 3, 1, 1), "tap", (256, 3, 1, 1), "tap"]
VGG16 = [(64, 3, 1, 1)] * 2 + ["tap", 2] + [(128, 3, 1, 1)] * 2 + ["tap", 2] + [(256, 3, 1, 1)] * 3 + ["tap", 2] \
    + [(512, 3, 1, 1)] * 3 + ["tap", 2] + [(512, 3, 1, 1)] * 3 + ["tap"]
NETWORKS = {"alexnet": ALEXNET, "vgg": VGG16}


class Perceptual(nn.Module):
    """Unit-length features of two pictures, squared difference, weights by channel, mean over pixels, sum over taps."""

    def __init__(self, plan, seed=1):
        super().__init__()
        torch.manual_seed(seed)
        self.stages, self.weights = nn.ModuleList(), nn.ParameterList()
        width, layers = 3, []
        for step in plan:
            if step == "tap":
                self.stages.append(nn.Sequential(*layers))
                self.weights.append(nn.Parameter(torch.rand(1, width, 1, 1)))
                layers = []
            elif isinstance(step, int):
                layers.append(nn.MaxPool2d(step, 2))
            else:
                out, kernel, stride, padding = step
                layers += [nn.Conv2d(width, out, kernel, stride, padding), nn.ReLU()]
                nn.init.kaiming_normal_(layers[-2].weight)
                width = out
        self.register_buffer("shift", torch.tensor([-0.030, -0.088, -0.188])[None, :, None, None])
        self.register_buffer("scale", torch.tensor([0.458, 0.448, 0.450])[None, :, None, None])

    def forward(self, x, y):
        x, y = (x - self.shift) / self.scale, (y - self.shift) / self.scale
        total = 0
        for stage, weight in zip(self.stages, self.weights):
            x, y = stage(x), stage(y)
            a = x / (x.square().sum(1, keepdim=True).sqrt() + 1e-10)
            b = y / (y.square().sum(1, keepdim=True).sqrt() + 1e-10)
            total = total + ((a - b).square() * weight).sum(1, keepdim=True).mean((2, 3), keepdim=True)
        return total


def export(module, path):
    pictures = torch.zeros(1, 3, 256, 256), torch.zeros(1, 3, 256, 256)
    torch.onnx.export(module.eval(), pictures, path, opset_version=17, dynamo=False,
                      input_names=["x", "y"], output_names=["distance"])
