"""Which maker makes tables like a table."""

from __future__ import annotations

from sknn.preprocessing.columns import Table
from sknn.preprocessing.tokens.arrow_frames import ArrowMaker
from sknn.preprocessing.tokens.frames import ArrayMaker, FrameMaker
from sknn.preprocessing.tokens.pandas_frames import PandasMaker
from sknn.preprocessing.tokens.polars_frames import PolarsMaker


def maker_of(table: Table) -> FrameMaker:
    """Note the form of a table."""
    frame = table.frame
    if hasattr(frame, "iloc") and hasattr(frame, "dtypes"):
        return PandasMaker.of(frame)
    if hasattr(frame, "column_names"):
        return ArrowMaker.of(frame)
    if hasattr(frame, "get_column"):
        return PolarsMaker.of(frame)
    return ArrayMaker.of(table)
