"""Names of choices that several layers share; light, so that a command line can show them."""

LANDMARK_BACKENDS = ("auto", "dlib", "mesh")
EXPOSURES = ("auto", "keep")
BACKGROUNDS = ("stylize", "keep", "paper", "transparent")
FLOW_METHODS = ("dis", "deepflow", "sparse-to-dense")
