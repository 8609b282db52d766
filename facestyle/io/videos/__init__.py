"""Reading and writing videos and sequences of pictures, one frame at a time.

Frames are upright sRGB-like RGB whatever the file holds; results are H.264, VP9 (WebM), ProRes 4444
(transparent MOV), GIF or pictures, with the sound's and the subtitles' own packets. PyAV (the extra
``video``) is imported when a file is opened.
"""

from facestyle.io.videos.animations import is_animated
from facestyle.io.videos.info import Color, Frame, VideoInfo
from facestyle.io.videos.names import (
    VIDEO_SUFFIXES,
    WRITABLE_VIDEO_SUFFIXES,
    is_sequence,
    is_video,
    list_sequence,
)
from facestyle.io.videos.opening import VideoSource, is_clip, open_video, open_video_writer
from facestyle.io.videos.outputs import (
    check_video_output,
    is_complete,
    output_suffix,
    supports_alpha,
)
from facestyle.io.videos.parts import ResumePoint
from facestyle.io.videos.sequence_writer import SequenceWriter
from facestyle.io.videos.writer import SegmentedWriter

__all__ = [
    "VIDEO_SUFFIXES",
    "WRITABLE_VIDEO_SUFFIXES",
    "Color",
    "Frame",
    "ResumePoint",
    "SegmentedWriter",
    "SequenceWriter",
    "VideoInfo",
    "VideoSource",
    "check_video_output",
    "is_animated",
    "is_clip",
    "is_complete",
    "is_sequence",
    "is_video",
    "list_sequence",
    "open_video",
    "open_video_writer",
    "output_suffix",
    "supports_alpha",
]
