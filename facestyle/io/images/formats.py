"""File formats: which suffixes are read and written, and what a strange file really is."""

# What is written: suffix -> Pillow's name.
PILLOW_WRITERS = {
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".jpe": "JPEG",
    ".jfif": "JPEG",
    ".png": "PNG",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".webp": "WEBP",
    ".bmp": "BMP",
}
WRITABLE_SUFFIXES = frozenset(PILLOW_WRITERS)
ALPHA_SUFFIXES = frozenset({".png", ".tif", ".tiff", ".webp"})
DEEP_SUFFIXES = frozenset({".png", ".tif", ".tiff"})  # those that can hold 16 bits a channel
# Camera raw files; read with rawpy.
RAW_SUFFIXES = frozenset(
    {
        *(".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff", ".iiq", ".kdc"),
        *(".mef", ".mos", ".mrw", ".nef", ".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl"),
        *(".sr2", ".srf", ".srw", ".x3f"),
    }
)
IMAGE_SUFFIXES = (
    WRITABLE_SUFFIXES
    | {".apng", ".gif", ".heic", ".heif", ".hif", ".avif", ".jp2", ".mpo", ".ppm", ".pgm"}
    | RAW_SUFFIXES
)

# A closed list, by Pillow's names: it would also hand EPS files to Ghostscript, for example.
PILLOW_READERS = (
    *("JPEG", "MPO", "PNG", "TIFF", "WEBP", "BMP", "GIF"),
    *("HEIF", "AVIF", "JPEG2000", "PPM"),
)

_SIGNATURES = (
    (b"\xff\xd8\xff", "a damaged JPEG"),
    (b"\x89PNG", "a damaged PNG"),
    (b"II*\0", "a TIFF or raw file of a kind that cannot be read"),
    (b"MM\0*", "a TIFF or raw file of a kind that cannot be read"),
    (b"8BPS", "a Photoshop document"),
    (b"\xc5\xd0\xd3\xc6", "a PostScript document (EPS)"),
    (b"%PDF", "a PDF document"),
    (b"%!PS", "a PostScript document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x1aE\xdf\xa3", "a Matroska or WebM video"),
)
_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}


def is_heif(data: bytes) -> bool:
    """Whether the file is HEIC or HEIF (an AVIF file is not)."""
    return data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS and b"avif" not in data[8:64]


def describe_content(data: bytes) -> str:
    """Name in words what a file that is not a readable picture seems to hold.

    Parameters
    ----------
    data : bytes
        The file's content.
    """
    for signature, name in _SIGNATURES:
        if data.startswith(signature):
            return name
    if data[4:8] == b"ftyp":
        return "a damaged AVIF" if data[8:12] in (b"avif", b"avis") else "an MP4 or MOV video"
    head = data[:512]
    if head.lstrip().lower().startswith((b"<!doctype html", b"<html")):
        return "a web page (HTML)"
    if b"<svg" in head:
        return "an SVG drawing"
    if b"\0" not in head and _is_utf8(head):
        return "a text file"
    return f"{len(data)} bytes of an unknown kind"


def _is_utf8(head: bytes) -> bool:
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4  # a character cut in two by the slice
    return True
