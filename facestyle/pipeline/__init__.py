"""From inputs to results: pictures, batches, clips, streams."""
