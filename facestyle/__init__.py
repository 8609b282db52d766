"""Redraw a portrait in the style of a folder of stylized portraits of other people."""
