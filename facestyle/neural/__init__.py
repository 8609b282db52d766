"""Generic neural style transfer: by optimization, and by trained feed-forward networks.

Importing this package imports nothing else; the functions in `facestyle.neural.api` import
PyTorch when they are called and name the pip line where it is missing.
"""
