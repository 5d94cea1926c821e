"""Encoders, imputers, and other steps of scikit-learn that skl2onnx computes differently.

It writes the levels of text as ``str(level)``: a missing one as "None" or "nan", the number 1.0 as
"1.0". A graph gets them as "" and "1", and to it, a NaN among numbers equals no level.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from sklearn.preprocessing import (
    Normalizer,
    OneHotEncoder,
    OrdinalEncoder,
    PowerTransformer,
    TargetEncoder,
)

from sknn.estimators.tabular.network import TableNetwork
from sknn.persistence.onnx.steps import makers_of, steps_before
from sknn.preprocessing.categories import text

_ENCODERS = (OneHotEncoder, OrdinalEncoder, TargetEncoder)


def refuse_levels(operator: Any) -> None:
    """Refuse an estimator behind an encoder with a level that a graph would not recognize.

    Parameters
    ----------
    operator : skl2onnx's Operator
        That of the estimator.

    Raises
    ------
    ValueError
        If there is one; it names the column and says what to do.
    """
    for step in steps_before(operator):
        if isinstance(step.raw_operator, _ENCODERS):
            kinds = _are_texts(step)
            for place, levels in enumerate(step.raw_operator.categories_):
                lost = _lost_text if kinds[place] else _lost_number
                why = lost(step.raw_operator, levels.tolist())
                if why:
                    name = type(step.raw_operator).__name__
                    raise ValueError(f"{_column(step, place)}: this {name} has learned {why}")


def refuse_gaps(operator: Any) -> None:
    """Refuse a table estimator that learned of gaps behind a step that fills them in a graph.

    Raises
    ------
    ValueError
        For the Yeo-Johnson transform, which keeps NaN in scikit-learn only.
    """
    encoder = operator.raw_operator
    if isinstance(encoder, TableNetwork):
        encoder = encoder.encoder_
    if not len(encoder._plan.numbers.marked):
        return
    for step in steps_before(operator):
        power = step.raw_operator
        if isinstance(power, PowerTransformer) and power.method == "yeo-johnson":
            raise ValueError(
                "X had missing numbers in fit, and skl2onnx writes PowerTransformer so that it "
                "replaces them. Leave it out, since a table estimator scales its columns itself; "
                "or impute before it, and fit again."
            )


def refuse_widths(operator: Any) -> None:
    """Refuse an estimator behind an imputer with more or fewer columns than in a graph.

    Raises
    ------
    ValueError
        If an imputer marks gaps in columns of their own, or drops columns without a number.
    """
    for step in steps_before(operator):
        imputer = step.raw_operator
        name = type(imputer).__name__
        if getattr(imputer, "indicator_", None) is not None:
            raise ValueError(
                f"skl2onnx leaves out the columns that {name}(add_indicator=True) adds. Set "
                "add_indicator=False and fit again, or leave missing numbers to a table estimator."
            )
        if hasattr(imputer, "statistics_") and _is_short(imputer):
            raise ValueError(
                f"{name} drops columns that hold no numbers in fit, and skl2onnx keeps them. Drop "
                "them before the pipeline, or set keep_empty_features=True, and fit again."
            )


def refuse_scales(operator: Any) -> None:
    """Refuse an estimator behind a step that scales rows or columns otherwise in a graph.

    Raises
    ------
    ValueError
        For the maximum norm, and for a PowerTransformer that reads columns one by one.
    """
    for step in steps_before(operator):
        scaler = step.raw_operator
        if isinstance(scaler, Normalizer) and scaler.norm == "max":
            raise ValueError(
                'skl2onnx writes Normalizer(norm="max") so that it divides by the largest entry of '
                'a row, not by the largest absolute value. Set norm="l2" or "l1", and fit again.'
            )
        if isinstance(scaler, PowerTransformer) and len(step.inputs) > 1:
            raise ValueError(
                "skl2onnx writes a PowerTransformer wrongly if it reads the columns of a frame one "
                "by one. Put it into a ColumnTransformer, or pass X.to_numpy(), and fit again."
            )


def _is_short(imputer: Any) -> bool:
    numbers = np.asarray(imputer.statistics_)
    return numbers.dtype.kind == "f" and bool(np.isnan(numbers).any())


def _lost_text(encoder: Any, levels: list[Any]) -> str:
    """Return which level of text a graph would not recognize, and what to do."""
    for level in levels:
        # An empty text that is a level itself would count as that level.
        if str(level) == text(level) or ("" not in levels and _is_default(encoder, level)):
            continue
        if not text(level):
            return (
                f"the missing category {level!r}, which is an empty text in ONNX and would count "
                'as unknown. Replace missing categories by "" before fit and in every request, '
                'such as with fillna(""), and fit again; or use a TableEncoder instead.'
            )
        return (
            f"the category {level!r} as the text '{level}', but gets '{text(level)}' in ONNX. "
            "Convert the column to whole numbers or to text before fit, and fit again."
        )
    return ""


def _lost_number(encoder: Any, levels: Iterable[Any]) -> str:
    """Return whether NaN is a level, which equals no number in a graph, and what to do."""
    if all(text(level) or _is_default(encoder, level) for level in levels):
        return ""
    return (
        "NaN as a category, which would count as unknown in ONNX. Replace it by a number before "
        "fit and in every request, such as with fillna(-1), and fit again."
    )


def _is_default(encoder: Any, level: Any) -> bool:
    """Return whether an encoder gives NaN the value that a graph gives unknown levels."""
    is_nan = isinstance(level, float) and level != level
    if not is_nan or not isinstance(encoder, OrdinalEncoder):
        return False
    knows = encoder.handle_unknown == "use_encoded_value"
    default = encoder.unknown_value if knows else -1
    return bool(np.array_equal(default, encoder.encoded_missing_value, equal_nan=True))


def _are_texts(step: Any) -> list[bool]:
    """Return which columns of a step are text in a graph."""
    from skl2onnx.common.data_types import StringTensorType

    n_columns = len(step.raw_operator.categories_)
    widths = [each.type.shape[1] for each in step.inputs]
    if len(widths) == 1:
        widths = [n_columns]
    are_texts = [isinstance(each.type, StringTensorType) for each in step.inputs]
    return [is_text for is_text, width in zip(are_texts, widths, strict=True) for _ in range(width)]


def _column(step: Any, place: int) -> str:
    """Name a column of a step as the user knows it, if possible."""
    imputers = [each for each in makers_of(step) if hasattr(each.raw_operator, "statistics_")]
    known = step.raw_operator if len(imputers) != 1 else imputers[0].raw_operator
    names = getattr(known, "feature_names_in_", None)
    if names is not None and len(names) == len(step.raw_operator.categories_):
        return f"Column {names[place]!r} of X"
    return f"Column {place} (counted from 0) of the input of {type(step.raw_operator).__name__}"
