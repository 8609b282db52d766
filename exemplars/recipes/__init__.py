"""The steps that turn source pictures into the bundled exemplar sets."""
