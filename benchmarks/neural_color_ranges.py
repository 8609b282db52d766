"""Tell the bundled sets which colors their styles show; their weights stay as they are.

    python benchmarks/neural_color_ranges.py

Trainings write this themselves (`facestyle/neural/color_ranges.py`); the bundled sets are older.
"""

import json

from neural_styles import FILES, read_style

from facestyle.neural.color_ranges import measure_range
from facestyle.neural.model_files import load_style_set
from facestyle.neural.model_names import find_model
from facestyle.neural.safetensors_files import read_safetensors, write_safetensors


def main() -> None:
    for name in ("paintings", "paintings_video"):
        path = find_model(name)
        known = load_style_set(path)
        ranges = []
        for style in known.styles:
            size = known.training["options"]["styles"][style]["style_size"]
            pictures = [read_style(file, size) for file in FILES[style]]
            ranges.append(measure_range(pictures, [1.0] * len(pictures)).to_json())
        tensors, metadata = read_safetensors(path)
        write_safetensors(path, tensors, metadata | {"color_ranges": json.dumps(ranges)})
        print(f"{path}: colors of {', '.join(known.styles)}")


if __name__ == "__main__":
    main()
