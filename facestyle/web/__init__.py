"""A web page on this computer: portraits are dropped in, looks are picked, results compared.

`make_app` gives the Starlette application, `serve` runs it (extra ``web``).
"""

from typing import TYPE_CHECKING

import lazy_loader

if TYPE_CHECKING:
    from facestyle.web.app import make_app
    from facestyle.web.limits import WebLimits
    from facestyle.web.server import serve

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={"app": ["make_app"], "limits": ["WebLimits"], "server": ["serve"]},
)
