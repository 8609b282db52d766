"""`facestyle train`: train a feed-forward network on a style."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facestyle.cli import exit_codes, options, setting_options
from facestyle.neural.settings import (
    DEVICES,
    NORMALIZATIONS,
    PICTURE_INPUTS,
    VIDEO_INPUTS,
    Architecture,
    TrainOptions,
)

if TYPE_CHECKING:
    from facestyle.neural.train import Report
    from facestyle.neural.transformer import Transformer

USAGE = "STYLE... --photos DIR -o MODEL.safetensors [options]"
INTERRUPTED = "the training so far is kept beside the model: the same command goes on from there"
DESCRIPTION = """\
Train a network that redraws any picture in one style (Johnson et al. 2016).

  facestyle train wave.jpg --photos photos/ -o wave.safetensors
  facestyle photo.jpg --model wave.safetensors
  facestyle train wave.jpg --photos photos/ -o wave.safetensors --video
  facestyle train fan.jpg --photos photos/ --add-to paintings -o mine.safetensors
  torchrun --nproc-per-node 4 -m facestyle train ...    on several GPUs

A training that was stopped goes on when the same command is given again."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments; settings are those of `TrainOptions`."""
    parser.add_argument("styles", nargs="+", type=Path, metavar="STYLE", help="style pictures")
    parser.add_argument(
        "--photos", type=Path, required=True, metavar="DIR", help="folder of photos of any kind"
    )
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FILE", help="the model to write"
    )
    _add_training_options(parser.add_argument_group("training"))
    _add_network_options(parser.add_argument_group("network"))
    files = parser.add_argument_group("files")
    files.add_argument("--checkpoint", type=Path, metavar="FILE", help="MODEL.checkpoint")
    files.add_argument("--preview", type=Path, metavar="DIR", help="write preview pictures here")
    files.add_argument(
        "--every",
        type=options.count,
        default=500,
        metavar="N",
        help="steps between previews, checkpoints (500)",
    )
    files.add_argument("--overwrite", action="store_true", help="replace an existing model")


def _add_training_options(group: Any) -> None:
    setting_options.add_settings(group, TrainOptions)
    group.add_argument("--device", choices=DEVICES, default="auto", help="where to compute (auto)")
    group.add_argument(
        "--loss-network", type=Path, metavar="FILE", help="a VGG-16 or VGG-19 as safetensors"
    )


def _add_network_options(group: Any) -> None:
    shape = Architecture()
    group.add_argument("--channels", type=int, default=shape.channels, metavar="N")
    group.add_argument("--blocks", type=int, default=shape.blocks, metavar="N")
    group.add_argument("--normalization", choices=NORMALIZATIONS, default=shape.normalization)
    group.add_argument(
        "--video", action="store_true", help="for videos: takes the result of the frame before, too"
    )
    group.add_argument(
        "--start", metavar="MODEL", help="a trained model to start with: learns sooner"
    )
    group.add_argument(
        "--add-to",
        metavar="SET",
        help="a set of styles, such as paintings: train only what differs between its styles, "
        "and write the set with the new one (minutes on a CPU)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Train and write the model; return the exit code."""
    from facestyle.cli.messages import print_result, to_json
    from facestyle.errors import OutputExistsError
    from facestyle.io.images import read_image
    from facestyle.neural.style_images import StyleImage
    from facestyle.neural.style_training import TrainingFiles, train_style

    arguments.output = _model_file(arguments.output)
    if arguments.output.exists() and not arguments.overwrite:
        raise OutputExistsError(
            f"{arguments.output}: exists already; add --overwrite, or name another file"
        )
    _check_folders(arguments)
    chosen = _options(arguments)
    train_style(
        [StyleImage(read_image(path).rgb, name=path.name) for path in arguments.styles],
        arguments.photos,
        arguments.output,
        options=chosen,
        files=TrainingFiles(
            start=arguments.start,
            add_to=arguments.add_to,
            loss_network=arguments.loss_network,
            checkpoint=arguments.checkpoint,
            checkpoint_every=arguments.every,
            preview=arguments.preview,
            preview_every=arguments.every,
        ),
        device=arguments.device,
        report=_interruptible(_report(arguments, chosen.steps)),
    )
    if arguments.add_to is not None and not (arguments.quiet or arguments.json):
        _tell_name(arguments.output)
    record = {"path": str(arguments.output), "steps": chosen.steps, "status": "done"}
    print_result(to_json(record) if arguments.json else str(arguments.output))
    return exit_codes.ALL_DONE


def _model_file(output: Path) -> Path:
    """The file of the model: the one that was named, or with the suffix that it lacks."""
    from facestyle.errors import UsageError

    if output.suffix == ".safetensors":
        return output
    name = output.with_suffix(".safetensors")
    if output.suffix:
        raise UsageError(f"-o {output}: found {output.suffix}, expected a model's name: {name}")
    return name


def _tell_name(output: Path) -> None:
    """Tell what the style that was added is called."""
    import sys

    from facestyle.neural.model_files import load_style_set

    name = load_style_set(output).styles[-1]
    print(f"facestyle: the new style is {output}:{name} for --model", file=sys.stderr)


def _check_folders(arguments: argparse.Namespace) -> None:
    """Notice before the first step what would keep the model from being written at the end."""
    import os

    from facestyle.errors import UsageError

    if arguments.output.is_dir():
        raise UsageError(f"-o {arguments.output}: is a folder; name a file")
    files = {"-o": arguments.output, "--checkpoint": arguments.checkpoint}
    for option, file in files.items():
        folder = None if file is None else file.resolve().parent
        if folder is not None and not (folder.is_dir() and os.access(folder, os.W_OK)):
            what = "cannot be written to" if folder.is_dir() else "does not exist"
            raise UsageError(f"{option} {file}: the folder {folder} {what}; make it first")
    preview = arguments.preview
    if preview is not None and preview.exists() and not preview.is_dir():
        raise UsageError(f"--preview {preview}: is a file where a folder is expected")
    if not arguments.photos.is_dir():
        raise UsageError(f"--photos {arguments.photos}: no such folder")


def _report(arguments: argparse.Namespace, steps: int) -> "Report | None":
    if arguments.json:
        return _json_lines(arguments.every, steps)
    return None if arguments.quiet else _progress(steps)


def _json_lines(every: int, steps: int) -> "Report":
    """Return a report that prints the losses now and then, one object a line."""
    from facestyle.cli.messages import print_result, to_json

    def report(step: int, losses: dict[str, float], _: object) -> None:
        if step % every == 0 or step == steps:
            print_result(to_json({"step": step, "steps": steps, "losses": losses}))

    return report


def _interruptible(report: "Report | None") -> "Report":
    """Let Ctrl-C take effect between two steps only, so that what is kept is whole."""
    import signal

    asked: list[int] = []
    usual = signal.signal(signal.SIGINT, lambda number, _: asked.append(number))

    def between_steps(step: int, losses: dict[str, float], network: "Transformer") -> None:
        if report is not None:
            report(step, losses, network)
        if asked:
            signal.signal(signal.SIGINT, usual)
            raise KeyboardInterrupt

    return between_steps


def _options(arguments: argparse.Namespace) -> TrainOptions:
    from facestyle.errors import UsageError

    try:
        shape = Architecture(
            arguments.channels,
            arguments.blocks,
            arguments.normalization,
            VIDEO_INPUTS if arguments.video else PICTURE_INPUTS,
        )
    except ValueError as error:
        raise UsageError(str(error)) from error
    given = {name: getattr(arguments, name) for name in TrainOptions.options()}
    known = {name: value for name, value in given.items() if value is not None}
    return TrainOptions(architecture=shape, **known)


def _progress(steps: int) -> "Report":
    """Return a report that shows the losses: a bar on a terminal, else a line now and then."""
    import sys

    from tqdm import tqdm

    terminal = sys.stderr.isatty()
    bar = tqdm(total=steps, unit="step", file=sys.stderr, disable=not terminal)

    def report(step: int, losses: dict[str, float], _: object) -> None:
        if not bar.n and step > 1:
            bar.write(f"facestyle: going on after step {step - 1}", file=sys.stderr)
        text = ", ".join(f"{name.replace('_', ' ')} {value:.4g}" for name, value in losses.items())
        bar.n = step
        bar.set_postfix_str(text, refresh=False)
        bar.update(0)
        if not terminal and (step % 50 == 0 or step == steps):
            print(f"facestyle: step {step} of {steps}: {text}", file=sys.stderr, flush=True)
        if step == steps:
            bar.close()

    return report
