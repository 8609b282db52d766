"""`facestyle completion`: print what makes a shell complete verbs, options and their values."""

import argparse

from facestyle.cli import exit_codes

SHELLS = ("bash", "zsh", "fish")
USAGE = "{bash,zsh,fish}"
DESCRIPTION = """\
Print what makes a shell complete verbs, options, looks and other values.

  source <(facestyle completion bash)       # in ~/.bashrc
  source <(facestyle completion zsh)        # in ~/.zshrc, after compinit
  facestyle completion fish > ~/.config/fish/completions/facestyle.fish"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("shell", choices=SHELLS, help="which shell")


def run(arguments: argparse.Namespace) -> int:
    """Print the script; return the exit code."""
    from facestyle.cli import shell_scripts
    from facestyle.cli.messages import print_result
    from facestyle.cli.words import command_words

    write = {"bash": shell_scripts.bash, "zsh": shell_scripts.zsh, "fish": shell_scripts.fish}
    print_result(write[arguments.shell](command_words()))
    return exit_codes.ALL_DONE
