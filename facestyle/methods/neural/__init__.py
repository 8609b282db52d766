"""Neural style transfer as a method of the stylizer."""
