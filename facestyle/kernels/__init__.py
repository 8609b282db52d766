"""Compiled loops on plain arrays; each module is imported, and compiled, when first needed."""

import os

# Threads that wait for others should sleep: OpenMP lets them spin, which on a busy machine (another
# program, our own --jobs) keeps the others from ever finishing and takes several times as long.
# Read when OpenMP is first loaded; the user's own setting stays.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
