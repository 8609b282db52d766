"""Reading and writing pictures as they are in the world; the only door between files and arrays.

Everything behind this door is float32 sRGB in [0, 1].
"""

from facestyle.io.images.animations import count_frames
from facestyle.io.images.arrays import from_array, to_array
from facestyle.io.images.earlier_results import SOFTWARE
from facestyle.io.images.encoding import Extras
from facestyle.io.images.formats import ALPHA_SUFFIXES, IMAGE_SUFFIXES, WRITABLE_SUFFIXES
from facestyle.io.images.inputs import InputFile, expand_inputs
from facestyle.io.images.limits import MAX_BYTES, MAX_PIXELS
from facestyle.io.images.outputs import ClipNames, plan_outputs
from facestyle.io.images.pillow_pictures import read_pillow
from facestyle.io.images.reading import Picture, read_image
from facestyle.io.images.writing import check_output, write_image

__all__ = [
    "ALPHA_SUFFIXES",
    "IMAGE_SUFFIXES",
    "MAX_BYTES",
    "MAX_PIXELS",
    "SOFTWARE",
    "WRITABLE_SUFFIXES",
    "ClipNames",
    "Extras",
    "InputFile",
    "Picture",
    "check_output",
    "count_frames",
    "expand_inputs",
    "from_array",
    "plan_outputs",
    "read_image",
    "read_pillow",
    "to_array",
    "write_image",
]
