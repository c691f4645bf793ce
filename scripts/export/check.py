"""Runs every network with formula weights and prints its golden numbers beside those of the specification.

    python check.py [--linear LPIPS_V0.1_FOLDER] [NETWORK ...]

The expected numbers were computed in float64 by another implementation (spec: networks 8); float32 agrees to about 1e-5.
"""

import argparse
import os
import sys

import torch

import formula
from export import by_formula
from networks import NETWORKS


def slimcnn(name):
    y = by_formula(name)(formula.picture(178, 218))[0]
    yield "logits 0 to 3", y[:4], [-0.0548546, 0.108193, -0.136052, -0.0282963]
    yield "logit 31, sum", [y[31], y.sum()], [-0.0448295, 0.54686689]


def bisenet(name):
    y = by_formula(name)(formula.picture(512, 512))[0]
    classes = [0, 11, 12, 13]
    yield "(0,0)", y[classes, 0, 0], [-0.110008, -0.331183, 0.0457579, 0.305364]
    yield "(100,257)", y[classes, 100, 257], [-0.280841, -0.308999, -0.0860427, 0.695337]
    yield "sum, absolute sum", [y.double().sum(), y.double().abs().sum()], [68881.466, 1101432.5]
    yield "pixels of classes 3, 6, 13", counts(y, 3, 6, 13), [14, 21, 262109]


def counts(y, *labels):
    found = y.argmax(0)
    return [(found == k).sum() for k in labels]


def inception(name):
    y = by_formula(name)(formula.picture(299, 299))[0]
    yield "features 0 to 3", y[:4], [0, 0.06522, 0.0243495, 0.032964]
    yield "last two, sum", [*y[-2:], y.double().sum()], [0.0402135, 0.0685979, 82.168261]


def vgg19(name):
    y = by_formula(name)(formula.picture(224, 224))
    yield "sums", [v.double().sum() for v in y], [920387.03, 211001.86, 51561.264, 15061.658, 3147.2147]
    yield "relu5_1, relu2_1 [5][3][4]", [y[4][0, 5, 3, 4], y[1][0, 5, 3, 4]], [0.0737943, 0.450499]


def vgg16(name):
    y, = by_formula(name)(formula.picture(64, 64))
    yield "sum, [5][3][4]", [y.double().sum(), y[0, 5, 3, 4]], [1296.5029, 0.00197379]


def netpqc(name):
    model = by_formula(name)
    c = model.encoder(formula.picture(256, 256))
    yield "sums of C2 to C5", [v.double().sum() for v in c], [144392.67, 82954.524, 60396.117, 24059.462]
    large = lambda v: torch.nn.functional.interpolate(v, size=(256, 256), mode="bilinear", align_corners=False)[0]
    objects, parts = (large(v) for v in model.decoder(c))
    p = objects.softmax(0)
    yield "objects 4, 5 at (0,0)", p[4:6, 0, 0], [0.00298427, 0.00276379]
    yield "objects 4, 5 at (100,200)", p[4:6, 100, 200], [0.00296501, 0.00288798]
    yield "pixels of objects", counts(objects, 172, 164, 62, 78, 118, 291), [62319, 2478, 582, 69, 51, 37]
    building = parts[2:26]
    p = building.softmax(0)
    yield "building parts 0, 16 at (0,0)", p[[0, 16], 0, 0], [0.0379966, 0.0486151]
    yield "building parts 0, 16 at (100,200)", p[[0, 16], 100, 200], [0.0325895, 0.0541478]
    yield "pixels of parts 2, 16, 20, 22", counts(building, 2, 16, 20, 22), [16, 64916, 12, 592]
    scene, material = model.decoder.others(c)
    yield "scenes 0 to 2", scene.softmax(1).flatten()[:3], [0.00281545, 0.00249927, 0.00271575]
    yield "materials 0, 1 at (100,200)", large(material).softmax(0)[:2, 100, 200], [0.0366315, 0.0345477]


LPIPS = {  # scalar, mean of the map, masked mean; the map at four places; with the published linear weights
    "lpips-alex": ([0.026308538, 0.02630604, 0.026446206], [0.0181857, 0.0258336, 0.0211722, 0.0226551],
                   [0.0037817289, 0.0037814098, 0.0037943896]),
    "lpips-vgg": ([0.025858733, 0.025858733, 0.026156459], [0.00491717, 0.029004, 0.0099054, 0.00464565],
                  [0.0047802143, 0.0047802143, 0.0048216514]),
}


def lpips(name, linear=None):
    def summary(model):
        d, scalar = model(formula.picture(256, 256), formula.picture(256, 256, 0.2))
        d = d[0, 0].double()
        mask = torch.ones_like(d)
        mask[64:128, 100:180] = 0
        return d, [scalar[0], d.mean(), (d * mask).sum() / mask.sum()]

    model = by_formula(name)
    d, numbers = summary(model)
    yield "scalar, map, masked", numbers, LPIPS[name][0]
    yield "map at four places", [d[at] for at in ((0, 0), (10, 20), (128, 128), (255, 255))], LPIPS[name][1]
    if linear:
        path = os.path.join(linear, name.removeprefix("lpips-") + ".pth")
        file = torch.load(path, map_location="cpu", weights_only=True)
        model.load_state_dict(model.state_dict() | file)
        yield "the same, published linear weights", summary(model)[1], LPIPS[name][2]


CHECKS = {"slimcnn": slimcnn, "bisenet": bisenet, "inception": inception, "vgg19": vgg19, "vgg16-relu4_2": vgg16,
          "netpqc": netpqc, "lpips-alex": lpips, "lpips-vgg": lpips}


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", nargs="*", help=", ".join(NETWORKS))
    parser.add_argument("--linear", help="folder with the published alex.pth and vgg.pth of LPIPS v0.1")
    args = parser.parse_args()
    bad = 0
    for name in args.network or CHECKS:
        more = (args.linear,) if name in LPIPS else ()
        for what, got, want in CHECKS[name](name, *more):
            got, want = torch.as_tensor([float(v) for v in got]).double(), torch.tensor(want).double()
            if (want == want.round()).all() and (want > 1).all():  # pixel counts: a tie may fall either way
                error, allowed = (got - want).abs().max().item(), 2
            else:
                error, allowed = ((got - want).abs() / want.abs().clamp(min=1e-2)).max().item(), 2e-5
            bad += error > allowed
            print(f"{name:14} {what:36} {'ok ' if error <= allowed else 'BAD'} {error:8.1e}  {[float(f'{v:.6g}') for v in got]}", flush=True)
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
