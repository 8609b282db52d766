"""Completion in the shells themselves, and the manual page."""

import shutil
import subprocess

import pytest

from facestyle.cli import VERBS, build_parser, main
from facestyle.looks import bundled_looks

FIRST = {
    "facestyle se": "serve",
    "facestyle --exemplars hig": "high_key",
    "facestyle portrait.jpg --background tra": "transparent",
    "facestyle portrait.jpg --seed 3 --tone f": "first",
    "facestyle --preset song": "song2017",
    "facestyle serve --por": "--port",
    "facestyle completion fi": "fish",
    "facestyle looks nois": "",
}


@pytest.fixture
def script(capsys):
    def printed(shell: str) -> str:
        assert main(["completion", shell]) == 0
        return capsys.readouterr().out

    return printed


def run(command: list[str], code: str, folder) -> list[str]:
    done = subprocess.run(command, input=code, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash on this machine")
def test_bash(script, tmp_path):
    # compopt works in a completion alone
    code = script("bash") + "\ncompopt() { :; }\n"
    for line in FIRST:
        words = line.split()
        code += f"COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _facestyle\n"
        code += 'echo "${COMPREPLY[*]}"\n'
    assert run(["bash", "-e"], code, tmp_path) == list(FIRST.values())
    (tmp_path / "my portrait.jpg").touch()
    code = script("bash") + "\ncompopt() { :; }\nCOMP_WORDS=(facestyle my); COMP_CWORD=1\n"
    code += '_facestyle; echo "${#COMPREPLY[@]} ${COMPREPLY[0]}"\n'
    assert run(["bash", "-e"], code, tmp_path) == ["1 my portrait.jpg"]


@pytest.mark.skipif(shutil.which("fish") is None, reason="no fish on this machine")
def test_fish(script, tmp_path):
    code = script("fish")
    for line in FIRST:
        code += f"\necho (complete -C '{line}' | string replace -r '\\t.*' '')"
    assert run(["fish", "--no-config"], code, tmp_path) == list(FIRST.values())


@pytest.mark.skipif(shutil.which("zsh") is None, reason="no zsh on this machine")
def test_zsh_reads_it(script, tmp_path):
    code = (
        "autoload -Uz compinit; compinit -D -u\n" + script("zsh") + "\nprint $_comps[facestyle]\n"
    )
    assert run(["zsh", "-f"], code, tmp_path) == ["_facestyle"]
    assert all(look in code for look in bundled_looks())


def test_manual_page_has_every_option(capsys):
    assert main(["man"]) == 0
    page = capsys.readouterr().out.replace("\\-", "-")
    for verb in VERBS:
        parser = build_parser(verb)
        assert f".SH {parser.prog.upper()}" in page
        assert all(f"\\fB{flag}\\fR" in page for flag in parser._option_string_actions)


@pytest.mark.skipif(shutil.which("mandoc") is None, reason="no mandoc on this machine")
def test_manual_page_is_correct(capsys, tmp_path):
    main(["man"])
    (tmp_path / "facestyle.1").write_text(capsys.readouterr().out, encoding="utf-8")
    command = ["mandoc", "-T", "lint", "-W", "error", str(tmp_path / "facestyle.1")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")
