"""Options that several verbs share, and the kinds of values they take; each defined once."""

import argparse
import os
from pathlib import Path
from typing import Any

from facestyle import __version__
from facestyle.cli.setting_options import add_settings
from facestyle.pipeline.settings import StylizerSettings

# more is a slip of the keyboard
_MOST = 10**9
_MOST_JOBS = 1024  # processes
_MOST_SECONDS = 1e7  # 115 days; FFmpeg's time in microseconds overflows later


def add_message_options(parser: argparse.ArgumentParser) -> None:
    """Add what every verb takes: --json, -q, -v, --version."""
    group = parser.add_argument_group("messages")
    group.add_argument("--json", action="store_true", help="one JSON object a line on stdout")
    level = group.add_mutually_exclusive_group()
    level.add_argument("-q", "--quiet", action="store_true", help="errors only")
    level.add_argument(
        "-v", "--verbose", action="count", default=0, help="say what is done; twice: in detail"
    )
    group.add_argument("--version", action="version", version=f"facestyle {__version__}")


class KeepAmounts(argparse.Action):
    """Keeps strengths; a single one as the setting `strength`, too."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Store what `amounts` read."""
        namespace.strengths = values
        namespace.strength = values[0] if len(values) == 1 else None


def add_landmarks_option(parser: Any) -> None:
    """Add --landmarks, as the stylizer has it; `auto` where it is not given."""
    add_settings(parser, StylizerSettings, ["landmarks"])
    parser.set_defaults(landmarks=StylizerSettings.defaults()["landmarks"])


def add_landmarks_file(parser: Any) -> None:
    """Add --landmarks-file, for one picture whose face is not found, or not well."""
    parser.add_argument(
        "--landmarks-file",
        type=Path,
        metavar="FILE",
        help="68 lines of x and y, for one input; nothing is detected then",
    )


def add_batch_options(parser: Any) -> None:
    """Add how many inputs are run, and where, and what is said of them."""
    parser.add_argument(
        "--jobs", type=jobs, default=1, metavar="N", help="pictures at a time; 0: one a core (1)"
    )
    existing = parser.add_mutually_exclusive_group()
    existing.add_argument("--overwrite", action="store_true", help="replace existing results")
    existing.add_argument(
        "--skip-existing", action="store_true", help="leave out inputs that have a result"
    )
    parser.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="of a Dask scheduler, such as tcp://10.0.0.5:8786, whose workers do the work",
    )
    parser.add_argument(
        "--send-files",
        action="store_true",
        help="send pictures to the cluster and write the results here, instead of having its "
        "workers use the same paths",
    )
    parser.add_argument(
        "--report", type=Path, metavar="FILE.html", help="also write a page of what was done"
    )
    parser.add_argument(
        "--watch",
        action="store_true",
        help="then go on with what is put into the input folders, until Ctrl-C",
    )


def add_output_options(parser: Any) -> None:
    """Add how results are written: --max-size, --quality, --format."""
    parser.add_argument(
        "--max-size",
        type=count,
        metavar="N",
        help="reduce pictures to N px on their longer side, before they are stylized",
    )
    parser.add_argument(
        "--quality", type=quality, default=95, metavar="1..100", help="of JPEG and WebP (95)"
    )
    parser.add_argument(
        "--format",
        type=suffix,
        metavar="FORMAT",
        help="of results without a name of their own: png, jpg, webp, tif, bmp for pictures; mp4, "
        "mov, mkv, webm, gif for videos (that of the input)",
    )


def add_video_options(parser: Any) -> None:
    """Add what belongs to videos: --start, --end, --preview, --fps."""
    parser.add_argument("--start", type=seconds, metavar="S", help="begin at this second")
    parser.add_argument("--end", type=seconds, metavar="S", help="end at this second")
    parser.add_argument(
        "--preview",
        type=count,
        metavar="N",
        help="only the first N frames (from --start on), to judge style and motion",
    )
    parser.add_argument(
        "--fps",
        type=rate,
        metavar="N",
        help="pictures a second of a sequence such as frames/%%05d.png (25)",
    )


def seconds(text: str) -> float:
    """Parse a time in seconds: 90, 1.5, or 1:30."""
    try:
        minutes, colon, rest = text.rpartition(":")
        value = float(rest) + (60 * int(minutes) if colon else 0)
    except ValueError:
        value = -1
    if not 0 <= value <= _MOST_SECONDS:
        raise argparse.ArgumentTypeError(
            f"'{text}': expected seconds, or minutes:seconds, up to {_MOST_SECONDS:.0f}"
        )
    return value


def count(text: str) -> int:
    """Parse a whole number from 1."""
    number = _whole_number(text)
    if not 1 <= number <= _MOST:
        raise argparse.ArgumentTypeError(f"'{text}': expected a whole number from 1 to {_MOST}")
    return number


def quality(text: str) -> int:
    """Parse the quality of a lossy format."""
    number = _whole_number(text)
    if not 1 <= number <= 100:
        raise argparse.ArgumentTypeError(f"'{text}': expected a whole number from 1 to 100")
    return number


def suffix(text: str) -> str:
    """Parse a format that results can have, as a suffix with its dot."""
    from facestyle.io.images.formats import WRITABLE_SUFFIXES
    from facestyle.io.videos.names import WRITABLE_VIDEO_SUFFIXES

    known = WRITABLE_SUFFIXES | WRITABLE_VIDEO_SUFFIXES
    found = "." + text.lower().lstrip(".")
    if found not in known:
        shown = ", ".join(sorted(name.lstrip(".") for name in known))
        raise argparse.ArgumentTypeError(f"'{text}': expected {shown}")
    return found


def amounts(text: str) -> tuple[float, ...]:
    """Parse one or several strengths, from 0 to 1, with commas between."""
    try:
        values = tuple(dict.fromkeys(float(part) for part in text.split(",")))
    except ValueError:
        values = ()
    if not values or not all(0 <= value <= 1 for value in values):
        raise argparse.ArgumentTypeError(
            f"'{text}': expected a number from 0 to 1, or several such as 0.3,0.6,1"
        )
    return values


def amount(text: str) -> float:
    """Parse one strength, from 0 to 1."""
    values = amounts(text)
    if len(values) != 1:
        raise argparse.ArgumentTypeError(f"'{text}': expected one number from 0 to 1")
    return values[0]


def rate(text: str) -> float:
    """Parse a number of pictures a second."""
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 0 < value <= 1000:
        raise argparse.ArgumentTypeError(f"'{text}': expected pictures a second, such as 25")
    return value


def jobs(text: str) -> int:
    """Parse a whole number from 0; 0 becomes the number of cores."""
    number = _whole_number(text)
    if number > _MOST_JOBS:
        raise argparse.ArgumentTypeError(f"'{text}': expected a whole number up to {_MOST_JOBS}")
    return number or os.cpu_count() or 1


def _whole_number(text: str) -> int:
    # Python converts no more than 4300 digits
    if not text.isdecimal() or len(text) > 40:
        raise argparse.ArgumentTypeError(f"'{text[:40]}': expected a whole number from 0")
    return int(text)
