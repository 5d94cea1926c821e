"""Estimators inside another one of scikit-learn, as operators of skl2onnx."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sklearn.base import is_classifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import RANSACRegressor
from sklearn.pipeline import Pipeline
from sklearn.semi_supervised import SelfTrainingClassifier

from sknn._sklearn import searches
from sknn.persistence.onnx.convert import SEARCHES
from sknn.persistence.onnx.families import FAMILIES
from sknn.persistence.onnx.graph import Graph, Tensor

ALIAS = "SknnEnsemble"
"""The name under which skl2onnx knows the operators that combine the answers of others."""
OPTIONS = "SknnOptions"
"""That of the operators that ask the estimators inside for certain outputs."""
PASSED_ON: dict[type, str] = {
    **dict.fromkeys((*SEARCHES, *searches()), "best_estimator_"),
    FrozenEstimator: "estimator",
    RANSACRegressor: "estimator_",
    SelfTrainingClassifier: "estimator_",
}
"""Estimators that predict like one inside, by the name of the attribute that holds it."""
Write = Callable[..., list[Tensor]]


@dataclass
class Combined:
    """How an estimator computes its outputs from those of the estimators inside.

    Attributes
    ----------
    given : list of skl2onnx's Variable
        What it reads.
    write : callable
        Given a graph and these variables as tensors, returns the outputs: label and probabilities
        of a classifier, predictions of a regressor.
    width : int
        Number of columns of the last output.
    coded : bool, default=True
        Whether the label is the place of a class among ``classes_``, not the class itself.
    """

    given: list[Any]
    write: Write
    width: int
    coded: bool = True


class Inside:
    """The estimators inside one that is parsed.

    Parameters
    ----------
    scope : skl2onnx's Scope
    inputs : list of skl2onnx's Variable
        X, possibly column by column.
    parsers : dict
        Parsers for the estimators inside, by their class.
    raw : bool
        Whether raw scores are asked for in place of probabilities.
    """

    def __init__(self, scope: Any, inputs: list[Any], parsers: dict[type, Any], raw: bool) -> None:
        self.scope = scope
        self.inputs = inputs
        self.parsers = parsers
        self.raw = raw

    def answers(
        self, estimator: Any, method: str = "predict_proba", inputs: list[Any] | None = None
    ) -> list[Any]:
        """Return the outputs of a fitted estimator.

        Parameters
        ----------
        estimator : estimator
        method : {"predict_proba", "decision_function"}, default="predict_proba"
            What the second output of a classifier is. Two classes have a column each, which for
            the decision function is ``[-s, s]``.
        inputs : list of skl2onnx's Variable, default=None
            None: those of the estimator around.

        Returns
        -------
        outputs : list of skl2onnx's Variable
            Label and probabilities or scores; predictions of a regressor.
        """
        from skl2onnx._parse import _parse_sklearn

        given = self.inputs if inputs is None else inputs
        self._set_options(estimator, given, method == "decision_function")
        return list(_parse_sklearn(self.scope, estimator, given, custom_parsers=self.parsers))

    def computed(self, given: Sequence[Any], write: Write, width: int) -> Any:
        """Return a variable of `width` columns that `write` computes from others."""
        from skl2onnx.common.data_types import guess_tensor_type

        operator = self.scope.declare_local_operator(ALIAS)
        operator.inputs = list(given)
        operator.combined = Combined(list(given), write, width)
        made = self.scope.declare_local_variable("columns", guess_tensor_type(given[0].type))
        operator.outputs.append(made)
        return made

    def _set_options(self, estimator: Any, given: list[Any], raw: bool) -> None:
        """Ask all estimators that pass on an answer for arrays, of probabilities or raw scores.

        Parsers read the options of the scope, but converters those of the container, which exists
        only later: an operator before the others sets these.
        """
        wanted = {"zipmap": False, "raw_scores": raw}
        options = {}
        for each in path_to_last(estimator):
            known = self.scope._get_allowed_options(each, fail=False) or {}
            known = wanted if known == "passthrough" else known
            if raw and "raw_scores" not in known:
                raise ValueError(
                    f"skl2onnx cannot write the decision function of {type(each).__name__}, which "
                    "the estimator around it uses. Convert it separately, or serve the model from "
                    "Python."
                )
            # A pipeline would pass its options on, also to a last step that has no such options.
            if is_classifier(each) and not isinstance(each, Pipeline):
                options[id(each)] = {name: wanted[name] for name in wanted if name in known}
        for key, values in options.items():
            self.scope.add_options(key, values)
        operator = self.scope.declare_local_operator(OPTIONS)
        operator.inputs, operator.options = list(given), options
        operator.outputs.append(self.scope.declare_local_variable("none", given[0].type))


def path_to_last(estimator: Any) -> Iterator[Any]:
    """Yield an estimator and those inside that give its answer: last steps, best estimators."""
    yield estimator
    if isinstance(estimator, Pipeline):
        yield from path_to_last(estimator.steps[-1][1])
    elif type(estimator) in PASSED_ON:
        yield from path_to_last(getattr(estimator, PASSED_ON[type(estimator)]))


def ends_in_network(estimator: Any) -> bool:
    """Return whether a network of sknn gives the answer of an estimator."""
    *_, last = path_to_last(estimator)
    return FAMILIES.of_class(type(last)) is not None


def holds_network(part: Any) -> bool:
    """Return whether an estimator of sknn is anywhere inside an object of scikit-learn."""
    if FAMILIES.of_class(type(part)) is not None:
        return True
    if isinstance(part, dict):
        parts: Any = part.values()
    elif isinstance(part, list | tuple):
        parts = part
    else:
        known = type(part).__module__.startswith(("sklearn.", "sknn.search"))
        parts = vars(part).values() if known and hasattr(part, "__dict__") else ()
    return any(map(holds_network, parts))


def column(graph: Graph, x: Tensor) -> Tensor:
    """Return the column of the positive class as (rows, 1): the last, or the only one."""
    return graph.slice(graph.cast(x, graph.dtype), -1, None)
