"""`facestyle cache`: where the cache is, how large; clear it."""

import argparse
from typing import Any

from facestyle.cli import exit_codes

USAGE = "[clear] [--json]"
DESCRIPTION = """\
Say where facestyle keeps what it found out about exemplars, and how large that is; or clear it.

The folder is the user's cache folder, or FACESTYLE_CACHE. It takes 2 GB at most, or what
FACESTYLE_CACHE_LIMIT says (500MB, 4GB; 0 for no cache): what was not used for longest is dropped.

  facestyle cache
  facestyle cache clear"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument(
        "action", nargs="?", choices=("clear",), help="clear: remove everything in it"
    )


def run(arguments: argparse.Namespace) -> int:
    """Show or clear the cache; return the exit code."""
    from facestyle.cache_files import cache_folder, cache_limit, clear_cache, list_cache
    from facestyle.cli.messages import print_result, report_error, to_json

    limit = cache_limit()
    try:
        folder = cache_folder()
    except FileNotFoundError as error:
        report_error(f"{error}; set FACESTYLE_CACHE to a folder to have one")
        return exit_codes.NOTHING_DONE
    removed = clear_cache(folder) if arguments.action == "clear" else []
    files = list_cache(folder)
    record: dict[str, Any] = {
        "folder": str(folder),
        "files": len(files),
        "bytes": sum(file.bytes for file in files),
        "limit": limit,
        "removed_files": len(removed),
        "removed_bytes": sum(file.bytes for file in removed),
    }
    print_result(to_json(record) if arguments.json else _line(record, arguments.action))
    if removed and files:
        report_error(f"{folder}: {len(files)} files cannot be removed; is the folder yours?")
        return exit_codes.SOME_FAILED
    return exit_codes.ALL_DONE


def _line(record: dict[str, Any], action: str | None) -> str:
    if action == "clear":
        size = _size(record["removed_bytes"])
        return f"{record['folder']}: {record['removed_files']} files removed, {size}"
    size = f"{_size(record['bytes'])} of {_size(record['limit'])} at most"
    return f"{record['folder']}: {record['files']} files, {size}"


def _size(count: float) -> str:
    """Bytes as people say them."""
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.2f} GB"
