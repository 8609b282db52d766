"""Everything that the recipes take from facestyle itself, so that it is named in one place."""

from facestyle.faces import Face, find_faces, person_matte

__all__ = ["Face", "find_faces", "person_matte"]
