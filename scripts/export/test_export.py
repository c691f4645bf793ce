"""python -m unittest, in this folder."""

import os
import tempfile
import unittest

import torch

import formula
from export import by_formula, published
from networks import NETWORKS
from upernet import roi_weights


class Formula(unittest.TestCase):
    def test_the_rule_gives_its_check_values(self):
        self.assertEqual(formula.fnv1a("conv1.0.weight"), 1784527422)
        for got, want in zip(formula.uniform("conv1.0.weight", 4), (-0.90422, -0.398015, 0.486295, 0.475725)):
            self.assertAlmostEqual(got, want, places=6)


class RoI(unittest.TestCase):
    def test_matrices_are_the_integrals(self):
        want = {1: [[1, 2, 2, 2, 2, 2, 2, 2]], 2: [[1, 2, 2, 2, 1, 0, 0, 0], [0, 0, 0, 0, 1, 2, 2, 2]],
                3: [[27, 54, 51, 12, 0, 0, 0, 0], [0, 0, 3, 42, 54, 42, 3, 0], [0, 0, 0, 0, 0, 12, 51, 54]],
                6: [[54, 84, 6, 0, 0, 0, 0, 0], [0, 24, 96, 24, 0, 0, 0, 0], [0, 0, 6, 84, 54, 0, 0, 0],
                    [0, 0, 0, 0, 54, 84, 6, 0], [0, 0, 0, 0, 0, 24, 96, 24], [0, 0, 0, 0, 0, 0, 6, 84]]}
        for s, divisor in ((1, 16), (2, 8), (3, 144), (6, 144)):
            torch.testing.assert_close(roi_weights(s), torch.tensor(want[s]) / divisor, rtol=0, atol=1e-6)


class Sizes(unittest.TestCase):
    def test_parameters_are_as_many_as_published(self):
        want = {"slimcnn": 571304, "bisenet": 13300416, "netpqc": 74178626, "inception": 23850960, "vgg16-relu4_2": 5275456,
                "vgg19": 12944960, "lpips-alex": 2469696 + 1152, "lpips-vgg": 14714688 + 1472}
        with torch.device("meta"):
            for name, count in want.items():
                if name != "netpqc":  # has constants that are computed
                    self.assertEqual(sum(p.numel() for p in NETWORKS[name].make().parameters()), count, name)
        self.assertEqual(sum(p.numel() for p in NETWORKS["netpqc"].make().parameters()), want["netpqc"])


class Published(unittest.TestCase):
    """Files laid out as the published ones load, and anything else is refused."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def save(self, name, value):
        path = os.path.join(self.folder, name)
        torch.save(value, path)
        return path

    def same(self, name, *paths):
        got, want = published(name, paths).state_dict(), by_formula(name).state_dict()
        self.assertEqual(got.keys(), want.keys())
        for k in want:
            torch.testing.assert_close(got[k], want[k], rtol=0, atol=0)

    def test_slimcnn(self):
        state = by_formula("slimcnn").state_dict()
        self.same("slimcnn", self.save("celeba.pth", {"hyper_params": {}, "model_state_dict": state}))
        del state["slim3.sse2.squeeze.0.bias"]
        with self.assertRaisesRegex(SystemExit, "slim3.sse2.squeeze.0.bias"):
            published("slimcnn", [self.save("short.pth", {"model_state_dict": state})])

    def test_lpips_from_a_torchvision_file_and_linear_weights(self):
        state = by_formula("lpips-alex").state_dict()
        trunk = {"classifier.1.weight": torch.zeros(1)}
        linear = {}
        for k, v in state.items():
            if k.startswith("net."):
                trunk["features." + k.split(".", 2)[2]] = v
            elif k.startswith("lin"):
                linear[k] = linear["lins." + k.removeprefix("lin")] = v
        self.same("lpips-alex", self.save("alexnet.pth", trunk), self.save("alex.pth", linear))

    def test_counters_of_batch_normalisation_may_be_missing(self):
        state = {k: v for k, v in by_formula("small").state_dict().items() if not k.endswith("num_batches_tracked")}
        self.same("small", self.save("small.pth", state))


if __name__ == "__main__":
    unittest.main()
