"""Photographic looks by local energy transfer (Shih et al. 2014, Song et al. 2017)."""
