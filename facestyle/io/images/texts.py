"""Titles, authors and remarks that files keep outside EXIF: taken over, or named as left out."""

from typing import Any

from PIL import Image

# tags of EXIF
_DESCRIPTION, _ARTIST, _COPYRIGHT = 0x010E, 0x013B, 0x8298
# predefined keywords of PNG (third edition, 11.3.3.2), the first of a tag counts
_PNG_TEXTS = {
    "Title": _DESCRIPTION,
    "Description": _DESCRIPTION,
    "Author": _ARTIST,
    "Copyright": _COPYRIGHT,
}
_XMP_KEYS = ("xmp", "XML:com.adobe.xmp")
# tags of TIFF and EXIF
_XMP_TAG, _IPTC_TAG, _GPS_IFD, _EXIF_IFD, _MAKER_NOTE = 700, 33723, 0x8825, 0x8769, 0x927C


def png_texts(image: Image.Image) -> dict[int, str]:
    """Texts of a loaded PNG (tEXt, zTXt, iTXt) that have a place in EXIF, by EXIF's tags."""
    found: dict[int, str] = {}
    for keyword, tag in _PNG_TEXTS.items():
        text = str(_texts(image).get(keyword, "")).replace("\0", "").strip()
        if text:
            found.setdefault(tag, text)
    return found


def left_out(image: Image.Image) -> list[str]:
    """Name what a loaded picture's file says that results do not keep."""
    info, tags = image.info, getattr(image, "tag_v2", {})
    names = [f"text '{key[:40]}'" for key in _texts(image) if key not in (*_PNG_TEXTS, *_XMP_KEYS)]
    if any(info.get(key) for key in _XMP_KEYS) or _XMP_TAG in tags:
        names.append("XMP")
    if "photoshop" in info or _IPTC_TAG in tags:
        names.append("IPTC")
    if info.get("comment"):
        names.append("its comment")
    exif = image.getexif()
    if exif.get_ifd(_GPS_IFD):
        names.append("its place (GPS)")
    if _MAKER_NOTE in exif.get_ifd(_EXIF_IFD):
        names.append("the maker's notes")
    return names


def _texts(image: Image.Image) -> dict[str, Any]:
    texts = getattr(image, "text", None) if image.format == "PNG" else None
    return texts if isinstance(texts, dict) else {}
