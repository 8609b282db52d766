"""Numba kernels on plain arrays; no package imports."""
