"""The right border of a redrawn picture: two columns were too light in `auvers`."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed (extra 'neural')")

from facestyle import Stylizer  # noqa: E402
from facestyle.io.images import read_image  # noqa: E402
from facestyle.neural.borders import redraw_within  # noqa: E402
from facestyle.neural.large_pictures import redraw  # noqa: E402
from facestyle.neural.settings import Architecture  # noqa: E402
from facestyle.neural.transformer import Transformer  # noqa: E402

EXEMPLARS = Path(__file__).resolve().parents[1] / "exemplars"


def test_no_strip_lies_along_the_right_border():
    photo = read_image(EXEMPLARS / "charcoal" / "erik_dahlgren.jpg").rgb[::2, ::2][:, :320]
    image = Stylizer.from_model("auvers", device="cpu")(photo).image
    columns = 255 * image.mean((0, 2))
    assert abs(columns[-2:].mean() - columns[-14:-4].mean()) < 20


def test_a_border_is_drawn_as_what_is_within_a_larger_picture():
    network = Transformer(Architecture(8, 1)).eval()
    random = torch.Generator().manual_seed(4)
    picture = torch.rand((1, 3, 40, 60), generator=random)
    strength = torch.rand((1, 1, 20, 30), generator=random)
    with torch.no_grad():
        drawn = redraw_within(network, picture, strength)
        larger = torch.nn.functional.pad(picture, [0, 8, 0, 8], mode="reflect")
        torch.testing.assert_close(drawn, redraw(network, larger)[..., :40, :60])
        tiny = redraw_within(network, picture[..., :16, :17])
    assert tiny.shape == (1, 3, 16, 17)
