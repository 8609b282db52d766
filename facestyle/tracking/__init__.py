"""Faces and persons followed over time."""
