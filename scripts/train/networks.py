"""The kinds of generators, by the name that settings.py uses.

Each has forward(z, size, dtype, **extra), matrices() and groups() for the optimiser, save(path), and for what was
saved render(saved, z, dtype), by formulas that share nothing with forward, and parameters_of(saved).
"""

from progressive import Progressive
from stylegan2 import StyleGAN2

NETWORKS = {"stylegan2": StyleGAN2, "progressive": Progressive}
