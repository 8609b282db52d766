"""Neural style transfer of videos: Ruder, Dosovitskiy and Brox 2016, complete, and a fast path.

Importing this package imports nothing else. Optical flow is the caller's: every function takes
flows and their weights as arrays, for instance from `facestyle.flow`.
"""
