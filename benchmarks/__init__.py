"""What facestyle is measured with; `python -m benchmarks` is the front door."""

import sys
from pathlib import Path

# Some files are scripts too, which import their neighbors by bare names. Last on the path, so that
# no name of a file here takes the place of a package's.
sys.path.append(str(Path(__file__).parent))
