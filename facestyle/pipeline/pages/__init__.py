"""Pages that a browser shows: what a result is made of, one portrait in many looks."""
