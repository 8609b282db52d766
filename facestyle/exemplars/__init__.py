"""Exemplars: stylized portraits, several works in one style, with the face found in each."""

from facestyle.exemplars.exemplar_set import ExemplarPicture, ExemplarSet
from facestyle.exemplars.reading import (
    LANDMARKS_SUFFIX,
    ReadExemplar,
    read_exemplar,
    read_with_photo,
)

__all__ = [
    "LANDMARKS_SUFFIX",
    "ExemplarPicture",
    "ExemplarSet",
    "ReadExemplar",
    "read_exemplar",
    "read_with_photo",
]
