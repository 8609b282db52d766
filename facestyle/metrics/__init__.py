"""Pure functions that judge a stylized portrait."""
