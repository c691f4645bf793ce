"""python -m unittest  (in this folder)"""

import os
import tempfile
import unittest

import torch

import fused
from optim import orthogonalise
from pool import Pool
from progressive import Progressive
from scorers import STAGES, Classifier, Perceptual, shares
from settings import Relation, Settings
from stylegan2 import StyleGAN2, blur_kernel
from train_generator import Exchange

SMALL = dict(label_weights={}, region=(), region_name="", switches=())


def small(kind, zdim=16):
    torch.manual_seed(0)
    network = kind(zdim, Settings(style_dim=24, mapping_layers=3, channels={4: 12, 8: 10, 16: 8}, phases=((16, 1, 1),), **SMALL))
    with torch.no_grad():
        for p in network.parameters():
            p += 0.1 * torch.randn_like(p)
    return network, torch.randn(3, zdim)


class Generators(unittest.TestCase):
    def test_the_saved_file_renders_the_same_picture_by_the_sequential_formulas(self):
        for kind in (StyleGAN2, Progressive):
            network, z = small(kind)
            with tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, "g.pt")
                network.save(path)
                saved = torch.load(path, weights_only=True)
            with torch.no_grad():
                want = network(z)
            got = kind.render(saved, z)
            if kind is Progressive:
                want = want.clamp(-1, 1)
            self.assertLess((got - want).abs().max().item(), 1e-5 * want.abs().max().item(), kind)

    @unittest.skipUnless(fused.native(), "needs a C++ compiler and ninja")
    def test_the_compiled_loops_give_the_gradients_of_plain_pytorch(self):
        for kind in (StyleGAN2, Progressive):
            network, z = small(kind)
            native, target, results = fused.native(), torch.randn(3, 3, 16, 16), []
            for loops, dtype in ((native, torch.bfloat16), (False, torch.float32)):
                fused._native = loops
                network.zero_grad()
                ((network(z, dtype=dtype) - target) ** 2).mean().backward()
                results.append([p.grad.clone() for p in network.parameters()])
            fused._native = native
            for a, b in zip(*results):
                # bfloat16 has 8 bits; a gradient passes through about ten roundings, and in the backward of a
                # pixel norm of few channels much cancels.
                self.assertLess((a - b).norm().item(), 0.12 * b.norm().item() + 1e-6, kind)

    def test_the_blur_kernel_has_gain_four(self):
        self.assertAlmostEqual(blur_kernel().sum().item(), 4, places=6)


class Relations(unittest.TestCase):
    relation = Relation(cause=("window",), directions=(0, 1), unused=(40, 41), layer=3, share=1)

    def test_the_other_scene_differs_in_the_cause_alone_and_keeps_the_norm(self):
        exchange, z = Exchange(self.relation, ["wall", "window"]), torch.randn(5, 64)
        _, other, _ = exchange(z, torch.zeros(5, 16, 16, dtype=torch.uint8))
        axes = torch.tensor([[(-1) ** bin((i + 1) & j).count("1") / 8 for j in range(64)] for i in range(63)])
        before, after = z @ axes.T, other @ axes.T
        swapped = before.clone()
        swapped[:, [0, 1, 40, 41]] = before[:, [40, 41, 0, 1]]
        self.assertLess((after - swapped).abs().max().item(), 1e-5)
        self.assertLess((other.norm(dim=1) - z.norm(dim=1)).abs().max().item(), 1e-5)

    def test_cells_of_the_cause_come_from_the_one_scene_and_all_others_from_the_other(self):
        network, z = small(Progressive, 64)
        label = torch.zeros(3, 16, 16, dtype=torch.uint8)
        label[:, 3:7, 3:7] = 1  # cells (1, 1) of four at layer 3, 8x8: rows and columns 1 to 3
        layer, other, mask = Exchange(self.relation, ["wall", "window"])(z, label)
        self.assertEqual(mask[0, 0].nonzero().amin(0).tolist() + mask[0, 0].nonzero().amax(0).tolist(), [1, 1, 3, 3])
        with torch.no_grad():
            mixed, mine, others = network(z, exchange=(layer, other, mask)), network(z), network(other)
        # The last three layers reach 2 + 1 + 1 pixels of 16: beyond, the picture is the other scene's.
        self.assertLess((mixed - others)[..., 12:, 12:].abs().max().item(), 1e-5)
        self.assertGreater((mixed - mine)[..., 12:, 12:].abs().max().item(), 1e-2)


class Parts(unittest.TestCase):
    def test_orthogonalise_leaves_singular_values_near_one(self):
        s = torch.linalg.svdvals(orthogonalise(torch.randn(24, 80)))
        self.assertTrue(0.5 < s.min() and s.max() < 1.4, s)

    def test_the_perceptual_distance_is_zero_at_home_and_symmetric(self):
        d = Perceptual(Classifier(5), [torch.rand(c) for c in STAGES])
        x, y = torch.rand(2, 1, 3, 64, 64)
        with torch.no_grad():
            self.assertEqual(d(x, x).abs().max().item(), 0)
            self.assertLess((d(x, y) - d(y, x)).abs().max().item(), 1e-6)


class RareSwitches(unittest.TestCase):
    def test_their_pictures_are_listed_as_often_as_asked_and_others_once(self):
        pool = Pool.__new__(Pool)
        pool.count, pool.attributes = 5, ["size", "mark"]
        pool.attr = torch.tensor([[1.0, -1], [1, 3], [1, -1], [1, -1], [1, 3]])
        times = torch.bincount(pool.often({"mark": 4}))
        self.assertEqual(times.tolist(), [1, 4, 1, 1, 4])

    def test_shares_tell_finding_nothing_from_being_right(self):
        truth = torch.tensor([[True], [False], [False], [False]])
        self.assertEqual(shares(torch.zeros(4, 1, dtype=torch.bool), truth, ["mark"]),
                         {"accuracy": {"mark": 0.75}, "recall": {"mark": 0.0}, "false_alarms": {"mark": 0.0}})
        self.assertEqual(shares(torch.ones(4, 1, dtype=torch.bool), truth, ["mark"]),
                         {"accuracy": {"mark": 0.25}, "recall": {"mark": 1.0}, "false_alarms": {"mark": 1.0}})


if __name__ == "__main__":
    unittest.main()
