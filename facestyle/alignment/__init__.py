"""Exemplars warped onto the input face."""
