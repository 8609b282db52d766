"""Dense optical flow between two pictures, and which of its vectors can be trusted.

A flow (H, W, 2) float32 holds the motion in pixels, x and y: the point at ``p`` in the first
picture is at ``p + flow[p]`` in the second.
"""

from facestyle.flow.consistency import (
    find_disocclusions,
    find_motion_boundaries,
    flow_reliability,
    long_term_weights,
)
from facestyle.flow.estimation import METHODS, estimate_flow, estimate_flows
from facestyle.flow.flo_files import flo_name, read_flo, write_flo
from facestyle.flow.source import DEFAULT_FLOW, FlowSource, parse_flow_source
from facestyle.flow.warping import resize_flow, warp

__all__ = [
    "DEFAULT_FLOW",
    "METHODS",
    "FlowSource",
    "estimate_flow",
    "estimate_flows",
    "find_disocclusions",
    "find_motion_boundaries",
    "flo_name",
    "flow_reliability",
    "long_term_weights",
    "parse_flow_source",
    "read_flo",
    "resize_flow",
    "warp",
    "write_flo",
]
