"""Pure functions that judge a stylized portrait, and tables of them for folders of results.

>>> from facestyle import metrics
>>> metrics.ssim(result, truth)  # doctest: +SKIP
>>> metrics.METRICS["ssim"].blind_to  # doctest: +SKIP
>>> metrics.evaluate_folders("results/", "drawings/")  # doctest: +SKIP
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from facestyle.metrics.co_occurrence import scoot
    from facestyle.metrics.color_difference import delta_e_76, delta_e_2000
    from facestyle.metrics.deep_features import gram_style_distance, lpips
    from facestyle.metrics.evaluation import evaluate_folders
    from facestyle.metrics.gradient_similarity import gmsd
    from facestyle.metrics.identity import face_descriptor, identity_distance
    from facestyle.metrics.landmarks import landmark_drift
    from facestyle.metrics.phase_congruency import fsim
    from facestyle.metrics.pixel_error import psnr
    from facestyle.metrics.registry import METRICS, Inputs, Metric
    from facestyle.metrics.seams import seam_energy
    from facestyle.metrics.skin_tone import skin_lightness, skin_tone_rank, skin_tone_slope
    from facestyle.metrics.spectrum import spectrum_distance
    from facestyle.metrics.structural_similarity import ms_ssim, ssim
    from facestyle.metrics.temporal import warping_error
    from facestyle.metrics.texture import high_frequency_ratio, texture_distance

__all__ = [
    "METRICS",
    "Inputs",
    "Metric",
    "delta_e_76",
    "delta_e_2000",
    "evaluate_folders",
    "face_descriptor",
    "fsim",
    "gmsd",
    "gram_style_distance",
    "high_frequency_ratio",
    "identity_distance",
    "landmark_drift",
    "lpips",
    "ms_ssim",
    "psnr",
    "scoot",
    "seam_energy",
    "skin_lightness",
    "skin_tone_rank",
    "skin_tone_slope",
    "spectrum_distance",
    "ssim",
    "texture_distance",
    "warping_error",
]

# Imported on first use: `import facestyle.metrics` loads none of NumPy, OpenCV, SciPy, torch.
# No file here bears the name of a function: the module would take its place in this namespace.
_FILES = {
    "co_occurrence": ("scoot",),
    "color_difference": ("delta_e_76", "delta_e_2000"),
    "deep_features": ("gram_style_distance", "lpips"),
    "evaluation": ("evaluate_folders",),
    "gradient_similarity": ("gmsd",),
    "identity": ("face_descriptor", "identity_distance"),
    "landmarks": ("landmark_drift",),
    "phase_congruency": ("fsim",),
    "pixel_error": ("psnr",),
    "registry": ("METRICS", "Inputs", "Metric"),
    "seams": ("seam_energy",),
    "skin_tone": ("skin_lightness", "skin_tone_rank", "skin_tone_slope"),
    "spectrum": ("spectrum_distance",),
    "structural_similarity": ("ms_ssim", "ssim"),
    "temporal": ("warping_error",),
    "texture": ("high_frequency_ratio", "texture_distance"),
}
_FILE_OF = {name: file for file, names in _FILES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _FILE_OF:
        raise AttributeError(f"module 'facestyle.metrics' has no attribute '{name}'")
    import importlib

    return getattr(importlib.import_module(f"facestyle.metrics.{_FILE_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
