"""What facestyle is measured with; `python -m benchmarks` is the front door."""
