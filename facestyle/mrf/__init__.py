"""The Markov random field that chooses an exemplar for each patch, and its seams."""
