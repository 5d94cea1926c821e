"""When the time of a call is up."""

from time import perf_counter

import pytest

from sknn.training.callbacks import Progress
from sknn.training.run import Run, Streams


@pytest.mark.parametrize(
    ("batch", "measuring", "concluding", "up"),
    [
        (0.0, [], 0.0, False),
        (90.0, [], 0.0, False),
        (110.0, [], 0.0, True),
        (60.0, [50.0, 50.0], 0.0, True),
        (0.0, [1.0, 110.0], 0.0, False),
        (0.0, [110.0, 110.0], 0.0, True),
        (60.0, [], 50.0, True),
    ],
)
def test_another_batch_must_leave_time_for_what_follows(batch, measuring, concluding, up):
    """100 seconds are left; one late measurement among others does not count."""
    run = Run(Streams.from_seed(0), 10)
    progress = Progress(run, None, deadline=perf_counter() + 100.0)
    progress.batch_seconds, progress.concluding = batch, concluding
    progress.measuring.extend(measuring)
    assert progress.time_is_up is up
