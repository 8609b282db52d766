"""Video: frame after frame in one style, stable in time."""
