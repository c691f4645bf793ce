"""python -m unittest  (in this folder)"""

import os
import tempfile
import unittest

import torch

import fused
from export import save_generator
from optim import orthogonalise
from scorers import STAGES, Classifier, Perceptual
from stylegan2 import Mapping, Synthesis, blur_kernel, sequential_render


def small():
    torch.manual_seed(0)
    mapping, synthesis = Mapping(16, 24, 3), Synthesis(24, {4: 12, 8: 10, 16: 8})
    with torch.no_grad():
        for p in [*mapping.parameters(), *synthesis.parameters()]:
            p += 0.1 * torch.randn_like(p)
    return mapping, synthesis, torch.randn(3, 16)


class Generator(unittest.TestCase):
    def test_the_saved_file_renders_the_same_picture_by_the_sequential_formulas(self):
        mapping, synthesis, z = small()
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "g.pt")
            save_generator(mapping, synthesis, path, samples=1000)
            saved = torch.load(path, weights_only=True)
        with torch.no_grad():
            want = synthesis(mapping(z))
        got = sequential_render(saved["g_ema"], z, saved["latent_avg"])
        self.assertLess((got - want).abs().max().item(), 1e-5 * want.abs().max().item())

    @unittest.skipUnless(fused.native(), "needs a C++ compiler and ninja")
    def test_the_compiled_loops_give_the_gradients_of_plain_pytorch(self):
        mapping, synthesis, z = small()
        native, target, results = fused.native(), torch.randn(3, 3, 16, 16), []
        for loops, dtype in ((native, torch.bfloat16), (False, torch.float32)):
            fused._native = loops
            synthesis.zero_grad()
            ((synthesis(mapping(z).detach(), dtype=dtype) - target) ** 2).mean().backward()
            results.append([p.grad.clone() for p in synthesis.parameters()])
        fused._native = native
        for a, b in zip(*results):
            # bfloat16 has 8 bits; a gradient passes through about ten roundings.
            self.assertLess((a - b).norm().item(), 0.05 * b.norm().item() + 1e-6)

    def test_the_blur_kernel_has_gain_four(self):
        self.assertAlmostEqual(blur_kernel().sum().item(), 4, places=6)


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


if __name__ == "__main__":
    unittest.main()
