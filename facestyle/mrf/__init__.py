"""Markov random fields on a pixel grid: their costs and their solvers."""
