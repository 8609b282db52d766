"""Several pictures at once: order, errors, limits, and who hears what is logged meanwhile."""

import logging
import threading

import cv2
import pytest

from facestyle.imaging.threads import in_threads
from facestyle.thread_log import hearing_records

LOG = logging.getLogger("facestyle.tests")


@pytest.fixture
def two_threads():
    before = cv2.getNumThreads()
    cv2.setNumThreads(2)
    yield
    cv2.setNumThreads(before)


@pytest.mark.parametrize("most", [1, 2, 8])
def test_results_come_in_order(two_threads, most):
    running, together = [], []

    def square(number):
        running.append(number)
        together.append(len(running))
        value = number**2
        running.remove(number)
        return value

    assert in_threads(square, range(50), most=most) == [n**2 for n in range(50)]
    assert max(together) <= 2  # OpenCV may use no more


def test_an_error_is_raised(two_threads):
    with pytest.raises(ZeroDivisionError):
        in_threads(lambda number: 1 / number, [2, 1, 0])


def test_who_listens_hears_the_threads_that_work_for_it(two_threads):
    heard = []
    with hearing_records(lambda record: heard.append(record.getMessage())):
        in_threads(LOG.warning, ["one", "two", "three"])
        stranger = threading.Thread(target=LOG.warning, args=("another's",))
        stranger.start()
        stranger.join()
    in_threads(LOG.warning, ["later"])
    assert sorted(heard) == ["one", "three", "two"]
