"""What cannot be asked of the neural method is refused before any work."""

from __future__ import annotations

import os

from facestyle.errors import ModelFileError, UsageError
from facestyle.looks import bundled_looks
from facestyle.methods.engine import Rendering
from facestyle.methods.neural.settings import NeuralSettings
from facestyle.neural.model_names import check_model
from facestyle.neural.small_pictures import SMALLEST_SIDE


def check_settings(settings: NeuralSettings, count: int) -> None:
    """Refuse settings that contradict each other.

    Parameters
    ----------
    settings : NeuralSettings
    count : int
        Number of the style pictures.

    Raises
    ------
    FacestyleError
        Naming the setting.
    """
    for name, _ in settings.without_effect():
        if settings.model is None:
            raise UsageError(f"{name}: belongs to a trained model; by_region spares faces")
        raise UsageError(
            f"{name}: belongs to optimization; a trained model has its style inside. Leave it "
            "out, or give style pictures instead of the model"
        )
    if settings.area == "background" and settings.face_strength is not None:
        raise UsageError(
            "face_strength: has no effect where the background alone is redrawn, "
            'area="background"; leave one of the two out'
        )
    weights = settings.style_weights
    if weights is not None and len(weights) != count:
        raise UsageError(f"style_weights: found {len(weights)} for {count} style pictures")
    if weights is not None and not sum(weights) > 0:
        raise UsageError("style_weights: found no weight above 0")
    if settings.loss_network is not None and not os.path.isfile(settings.loss_network):
        raise ModelFileError(f"{settings.loss_network}: no such file, expected a loss network")
    if settings.model is None:
        return
    try:
        check_model(settings.model)  # now, not when the first picture is redrawn
    except ModelFileError as error:
        if str(settings.model) in bundled_looks():
            raise ModelFileError(
                f"{error}. {settings.model} is a look: give it as exemplars"
            ) from error
        raise
    if settings.size is not None and settings.size < SMALLEST_SIDE:
        raise UsageError(
            f"size: found {settings.size}; a trained network draws noise below {SMALLEST_SIDE} px, "
            f"expected {SMALLEST_SIDE} or more"
        )


def check_area(settings: NeuralSettings, rendering: Rendering) -> None:
    """Refuse a part of the picture that is to be redrawn and not to be redrawn.

    Parameters
    ----------
    settings : NeuralSettings
    rendering : Rendering

    Raises
    ------
    UsageError
    """
    if settings.area == "background" and rendering.background.kind == "keep":
        raise UsageError(
            'area: found background, which background="keep" leaves as it is; leave one of the '
            'two out, or choose area="person"'
        )
