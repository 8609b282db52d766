"""The table of recorded runs: edit the arguments here when options are renamed.

A command is a tuple of words. Its first word says what runs: "facestyle" (the command line) or
"python" (a script below). ``{name}`` stands for an input of `recorded_inputs.make_inputs`, and
``{out}`` for the run's own folder, in which everything written is recorded.

A run has one or more spellings, tried in turn until one exits with 0: first that of today, then
that of older or later checkouts. So one table serves both sides of a renaming.
"""

from dataclasses import dataclass

Command = tuple[str, ...]
Spelling = tuple[Command, ...]  # commands that run one after another


@dataclass(frozen=True)
class Run:
    """A name, and the spellings of what runs under it."""

    name: str
    spellings: tuple[Spelling, ...]


def still(name: str, options: str, *other: str, source: str = "{portrait}") -> Run:
    """One picture in, result.png out; `other` are further spellings of the options."""
    return _stylize(name, source, "{out}/result.png", (options, *other))


def clip(
    name: str, options: str, *other: str, source: str = "{frames}", output: str = "%05d.png"
) -> Run:
    """A sequence of pictures in, a sequence out."""
    return _stylize(name, source, "{out}/" + output, (options, *other))


def script(name: str, arguments: str, *sources: str) -> Run:
    """A Python script; `sources` are spellings of it for different APIs."""
    return Run(name, tuple((("python", "-c", s, *arguments.split()),) for s in sources))


def commands(*lines: str) -> Spelling:
    """Commands that run one after another, each written as a line."""
    return tuple(tuple(line.split()) for line in lines)


def _stylize(name: str, source: str, output: str, spellings: tuple[str, ...]) -> Run:
    return Run(name, tuple((("facestyle", source, "-o", output, *s.split()),) for s in spellings))


# arguments: output folder, portrait, exemplars [, their photos]
_API = """
import sys
from pathlib import Path
import numpy as np
from PIL import Image
from facestyle import ExemplarSet, Stylizer
out, portrait, exemplars, *photos = map(Path, sys.argv[1:])
image = np.asarray(Image.open(portrait).convert("RGB"))
looks = ExemplarSet.from_folder(exemplars, photos=photos[0] if photos else None)
{body}
"""
# the result in floating point: differences far below a level of 255 show
_FLOATS = _API.replace(
    "{body}",
    """
result = Stylizer(looks)(image.astype(np.float32) / 255)
for name in ("image", "labels", "matte"):
    np.save(out / f"{name}.npy", np.asarray(getattr(result, name)))
np.save(out / "landmarks.npy", result.face.landmarks)
""",
)


def _api(made: str) -> str:
    return _API.replace(
        "{body}", f"Image.fromarray(({made})(image).image).save(out / 'result.png')"
    )


# of a picture and another of the same size, with the first as its own exemplar
_METRICS = """
import sys
from pathlib import Path
import numpy as np
from PIL import Image
from facestyle.metrics.fidelity import fidelity
try:
    from facestyle.metrics import fsim, gmsd, lpips, scoot
except ImportError:
    from facestyle.metrics.fidelity import gmsd
    from facestyle.metrics.fsim import fsim
    from facestyle.metrics.lpips import lpips
    from facestyle.metrics.scoot import scoot
from facestyle.metrics.texture import texture_distance
out, *paths = map(Path, sys.argv[1:])
a, b = (np.asarray(Image.open(p).convert("RGB")) for p in paths)
values = [v for _, v in sorted(fidelity(a, b).items())]
values += [gmsd(a, b), fsim(a, b), lpips(a, b), scoot(a, b), texture_distance(a, b, 2.0)]
np.save(out / "values.npy", np.array(values, np.float64))
"""

_TRAIN = (
    "facestyle train {painting} --photos {pencil_photos} -o {out}/model.safetensors --steps 4"
    " --warm-up 2 --batch 2 --crop 64 --style-size 96 --channels 8 --blocks 1 --device cpu -q"
)
_TRAINED = "facestyle {tiny} -o {out}/result.png --model {out}/model.safetensors"
_GUIDES = "facestyle guides {portrait} --exemplars {drawing} -o {out}"

_NOIR = "--exemplars {noir} --method energy"
_WARM = "--exemplars {warm} --method energy"
_PENCIL = "--exemplars {pencil} --method patch"
_PAIRED = "--exemplars {pairs_pencil} --exemplar-photos {pairs_pencil_photos} --method patch"
_NEURAL = "--exemplars {painting} --method neural --size 128 --iterations 8 --device cpu"
_MODEL = "--model wave --device cpu"
_MOVING = "--exemplars {painting} --method neural --size 96 --iterations 6 --device cpu"

RUNS: tuple[Run, ...] = (
    # photographic looks
    still("energy-noir", _NOIR),
    still("energy-auto", "--exemplars {noir}"),
    still("energy-warm-strength", f"{_WARM} --strength 0.6"),
    still("energy-keep", f"{_WARM} --background keep"),
    still("energy-transparent", f"{_WARM} --background transparent"),
    still("energy-paper", f"{_WARM} --background paper"),
    still("energy-color", f"{_WARM} --background #a0b0c0"),
    still("energy-mesh", f"{_NOIR} --landmarks mesh"),
    still("energy-face-all", f"{_NOIR} --face all", source="{group}"),
    still("energy-face-2", f"{_WARM} --face 2 --background keep", source="{group}"),
    still("energy-deep-alpha", _WARM, source="{deep}"),
    still("energy-gray", _WARM, source="{gray}"),
    still("energy-explain", f"{_WARM} --explain {{out}}"),
    # drawings, unpaired
    still("patch", _PENCIL),
    still("patch-auto", "--exemplars {pencil}", source="{sitter}"),
    still("patch-identity-texture", f"{_PENCIL} --identity .5 --texture .9"),
    still("patch-labels-free", f"{_PENCIL} --labels free --seed 3"),
    still("patch-paper-strength", f"{_PENCIL} --background paper --strength .7"),
    still("patch-transparent-strength", f"{_PENCIL} --background transparent --strength .7"),
    still("patch-keep-strength", f"{_PENCIL} --background keep --strength .7"),
    still("patch-color", f"{_PENCIL} --background #a0b0c0"),
    still("patch-single", "--exemplars {drawing} --method patch"),
    still("patch-painting", "--exemplars {painting} --method patch"),
    still("patch-deep-alpha", _PENCIL, source="{deep}"),
    still("patch-several-faces", _PENCIL, source="{group}"),
    still("patch-face-all", f"{_PENCIL} --face all", source="{group}"),
    # drawings with their photographs
    still("paired", _PAIRED),
    still("paired-identity-texture", f"{_PAIRED} --identity .3 --texture .4 --seed 2"),
    still("paired-paper-strength", f"{_PAIRED} --background paper --strength .7"),
    still("paired-keep", f"{_PAIRED} --background keep"),
    still("paired-deep-alpha", _PAIRED, source="{deep}"),
    # neural
    still("neural", _NEURAL, source="{tiny}"),
    still("neural-by-region", f"{_NEURAL} --by-region", source="{tiny}"),
    still("neural-colors-area", f"{_NEURAL} --colors keep --area person", source="{tiny}"),
    still("neural-face", f"{_NEURAL} --area face --strength .7", source="{tiny}"),
    still(
        "neural-gatys",
        f"{_NEURAL} --preset gatys2016 --iterations 30",
        f"{_NEURAL} --preset gatys --iterations 30",
        source="{tiny}",
    ),
    still(
        "neural-ruder",
        f"{_NEURAL} --preset ruder2016 --iterations 30",
        f"{_NEURAL} --preset ruder --iterations 30",
        source="{tiny}",
    ),
    still(
        "neural-three-styles",
        f"{_NEURAL.replace('{painting}', '{warm}')} --style-weights 1,0,.5,0,1,0,0,0,0",
        source="{tiny}",
    ),
    still("model", _MODEL),
    still("model-colors-size", f"{_MODEL} --colors keep --size 200"),
    still("model-keep-alpha", f"{_MODEL} --background keep", source="{deep}"),
    Run("train", (commands(_TRAIN, _TRAINED),)),
    # further verbs and the Python interface
    Run("guides", (commands(_GUIDES),)),
    script(
        "api-residual",
        "{out} {portrait} {noir}",
        _api("Stylizer(looks, method='energy', preset='song2017')"),
        _api("Stylizer(looks, method='energy', tone='residual')"),
    ),
    script(
        "api-smoothness",
        "{out} {portrait} {warm}",
        _api("Stylizer(looks, method='energy', smoothness=0.3)"),
    ),
    script("api-energy-floats", "{out} {portrait} {noir}", _FLOATS),
    script("api-patch-floats", "{out} {portrait} {pencil}", _FLOATS),
    script("api-paired-floats", "{out} {portrait} {pairs_pencil} {pairs_pencil_photos}", _FLOATS),
    script("metrics", "{out} {portrait} {sitter}", _METRICS),
    # clips
    clip("clip-energy-noir", _NOIR),
    clip("clip-energy-keep", f"{_WARM} --background keep --strength .8"),
    clip("clip-energy-flow", f"{_WARM} --background paper --flow sparse-to-dense"),
    clip("clip-energy-from-video", _NOIR, source="{video}"),
    clip("clip-energy-to-video", _WARM, output="result.mp4"),
    clip("clip-patch", _PENCIL),
    clip("clip-patch-keep", f"{_PENCIL} --background keep --strength .7 --preview 5"),
    clip("clip-paired", _PAIRED),
    clip("clip-model", _MODEL),
    clip("clip-neural", _MOVING),
    clip("clip-neural-long-term", f"{_MOVING} --video-preset long-term --preview 6"),
    clip("clip-neural-multi-pass", f"{_MOVING} --video-preset multi-pass --preview 4"),
)
