"""The person and what is behind it."""
