"""Inputs and outputs of each family of estimators."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import DTypeLike, NDArray
from scipy import sparse

from sknn.estimators.autoencoder.estimator import AutoEncoder
from sknn.estimators.autoencoder.layers import code_stop
from sknn.estimators.boltzmann.base import BoltzmannMachine
from sknn.estimators.gan.estimator import GAN
from sknn.estimators.gan.layers import first_of
from sknn.estimators.shaped import ShapedNetwork
from sknn.estimators.supervised import SupervisedNetwork
from sknn.estimators.synthesizer.estimator import TableSynthesizer
from sknn.estimators.tabular.network import TableNetwork
from sknn.persistence.onnx.answers import QUANTILES, Answer, answers
from sknn.persistence.onnx.columns import columns_of, dtypes_of, encoded, feed_of, names_of
from sknn.persistence.onnx.graph import Graph, Tensor
from sknn.persistence.onnx.links import linked
from sknn.persistence.onnx.network import takes_any_length, write_network
from sknn.persistence.onnx.registry import Converters
from sknn.persistence.onnx.scores import Scores, pooled
from sknn.preprocessing.encoder import TableEncoder


class Families(Converters):
    """Estimators of sknn are recognized by their base classes; those of users are not."""

    def of_class(self, kind: type) -> Any:
        """Return the family of a class, None if there is none."""
        bases = kind.__mro__ if kind.__module__.startswith("sknn.") else ()
        return next((self.known[base] for base in bases if base in self.known), None)


FAMILIES = Families(
    "estimator",
    "Estimators of scikit-learn, such as pipelines and ensembles, are converted by "
    "skl2onnx.to_onnx after sknn.persistence.register_skl2onnx(), with the initial_types that "
    "sknn.persistence.onnx_types returns.",
)
ROWS = "rows"
"""The name of the axis of rows."""
X = "X"


class Family:
    """A fitted estimator as a graph.

    Parameters
    ----------
    estimator : estimator
    """

    parts: ClassVar[tuple[str, ...]] = ()
    """Networks that can each be written separately, the default one first."""
    transforming: ClassVar[str | None] = None
    """The part whose first output ``transform`` returns."""
    n_columns: int | None = None
    """Number of columns that other graphs pass one by one; None: all together."""

    def __init__(self, estimator: Any) -> None:
        self.estimator = estimator

    @property
    def dtype(self) -> np.dtype:
        """Precision of the computation."""
        return self.estimator.network_.dtype

    def inputs(self, graph: Graph, part: str | None) -> list[Tensor]:
        """Declare the inputs."""
        return [graph.input(X, graph.dtype, [ROWS, self.estimator.n_features_in_])]

    @abstractmethod
    def answers(self, graph: Graph, inputs: Sequence[Tensor], part: str | None) -> list[Answer]:
        """Write the network, and return its outputs."""

    def feed(self, rows: Any, dtype: DTypeLike) -> dict[str, NDArray]:
        """Return rows in the form of the inputs, which are never sparse."""
        x = self.estimator._check_inputs(rows)
        return {X: np.ascontiguousarray(x.toarray() if sparse.issparse(x) else x, dtype)}

    def adopted(self, graph: Graph, given: Sequence[Tensor]) -> list[Tensor]:
        """Make the inputs from those of another graph: columns, some or all of them joined."""
        return [graph.concat([graph.cast(each, graph.dtype) for each in given], axis=-1)]


@FAMILIES.of(SupervisedNetwork)
class SupervisedFamily(Family):
    """Rows with targets."""

    def answers(self, graph: Graph, inputs: Sequence[Tensor], part: str | None) -> list[Answer]:
        """Return classes and probabilities, or predictions."""
        return answers(self.estimator._targets, self.scores(graph, inputs))

    def scores(self, graph: Graph, inputs: Sequence[Tensor]) -> Scores:
        """Return the raw scores from which all outputs are computed."""
        network = self.estimator.network_
        members = write_network(graph, network, self._rows(graph, inputs))
        return Scores(members, self.estimator._loss, network.out_shape[-1])

    def _rows(self, graph: Graph, inputs: Sequence[Tensor]) -> Tensor:
        return inputs[0]


@FAMILIES.of(ShapedNetwork)
class ShapedFamily(SupervisedFamily):
    """Rows with a shape, with the channels where the estimator has them."""

    def inputs(self, graph: Graph, part: str | None) -> list[Tensor]:
        """Declare rows with all their axes."""
        steps, *features = self.estimator.input_shape_
        shape: list[Any] = [steps, *features]
        if takes_any_length(self.estimator.network_):
            shape[0] = "steps"
        return [graph.input(X, graph.dtype, [ROWS, *self.estimator._given_shape(tuple(shape))])]

    def _rows(self, graph: Graph, inputs: Sequence[Tensor]) -> Tensor:
        if not self.estimator._channels_first:
            return inputs[0]
        n_axes = len(self.estimator.input_shape_)
        return graph.transpose(inputs[0], 0, *range(2, n_axes + 1), 1)

    def adopted(self, graph: Graph, given: Sequence[Tensor]) -> list[Tensor]:
        """Give columns the shape of rows."""
        (flat,) = super().adopted(graph, given)
        return [
            graph.reshape(flat, [-1, *self.estimator._given_shape(self.estimator.input_shape_)])
        ]

    def feed(self, rows: Any, dtype: DTypeLike) -> dict[str, NDArray]:
        """Return rows with all their axes, and sequences of different lengths padded with NaN."""
        x = self.estimator._check_inputs(rows)
        x = np.moveaxis(x, -1, 1) if self.estimator._channels_first else x
        return {X: np.ascontiguousarray(x, dtype)}


@FAMILIES.of(TableNetwork)
class TableFamily(SupervisedFamily):
    """Raw tables, one input per column."""

    @property
    def encoder(self) -> TableEncoder:
        """The encoder that reads the table."""
        return self.estimator.encoder_

    @property
    def n_columns(self) -> int:  # type: ignore[override]
        """All columns of the table."""
        return len(self.encoder.kinds_)

    def inputs(self, graph: Graph, part: str | None) -> list[Tensor]:
        """Declare one input per column."""
        return _declared(graph, self.encoder)

    def _rows(self, graph: Graph, inputs: Sequence[Tensor]) -> Tensor:
        return graph.cast(encoded(graph, self.encoder, inputs), graph.dtype)

    def answers(self, graph: Graph, inputs: Sequence[Tensor], part: str | None) -> list[Answer]:
        """Leave out quantiles: they need the errors on held-out rows, which are not written."""
        found = super().answers(graph, inputs, part)
        return [each for each in found if each.name != QUANTILES]

    def scores(self, graph: Graph, inputs: Sequence[Tensor]) -> Scores:
        """Return the scores of one network that is equivalent to all members."""
        estimator, scores = self.estimator, super().scores(graph, inputs)
        if len(scores.members) > 1:
            scores.shares = estimator.member_shares_
            scores = scores.with_members([pooled(estimator._targets, scores)])
        temperature = vars(estimator).get("temperature_", 1.0)
        return scores.with_members([each / float(temperature) for each in scores.members])

    def feed(self, rows: Any, dtype: DTypeLike) -> dict[str, NDArray]:
        """Return each column as its input."""
        return feed_of(self.encoder, rows)

    def adopted(self, graph: Graph, given: Sequence[Tensor]) -> list[Tensor]:
        """Read each column in its own dtype."""
        return columns_of(graph, self.encoder, given)


@FAMILIES.of(TableEncoder)
class EncoderFamily(Family):
    """A table becomes a matrix."""

    @property
    def dtype(self) -> np.dtype:
        """That of the matrix."""
        return np.dtype(np.float32)

    @property
    def n_columns(self) -> int:  # type: ignore[override]
        """All columns of the table."""
        return len(self.estimator.kinds_)

    def inputs(self, graph: Graph, part: str | None) -> list[Tensor]:
        """Declare one input per column."""
        return _declared(graph, self.estimator)

    def answers(self, graph: Graph, inputs: Sequence[Tensor], part: str | None) -> list[Answer]:
        """Return the matrix."""
        matrix = encoded(graph, self.estimator, inputs)
        return [Answer("encoded", matrix, (self.estimator.n_outputs_,))]

    def feed(self, rows: Any, dtype: DTypeLike) -> dict[str, NDArray]:
        """Return each column as its input."""
        return feed_of(self.estimator, rows)

    def adopted(self, graph: Graph, given: Sequence[Tensor]) -> list[Tensor]:
        """Read each column in its own dtype."""
        return columns_of(graph, self.estimator, given)


def _declared(graph: Graph, encoder: TableEncoder) -> list[Tensor]:
    columns = zip(names_of(encoder), dtypes_of(encoder), strict=True)
    return [graph.input(name, dtype, [ROWS, 1]) for name, dtype in columns]


@FAMILIES.of(BoltzmannMachine)
class MachineFamily(Family):
    """The hidden units of a Boltzmann machine."""

    def answers(self, graph: Graph, inputs: Sequence[Tensor], part: str | None) -> list[Answer]:
        """Return the probabilities of the hidden units."""
        network = self.estimator.network_
        (hidden,) = write_network(graph, network, inputs[0])
        return [Answer("hidden", hidden, network.out_shape)]


@FAMILIES.of(AutoEncoder)
class CoderFamily(Family):
    """Codes of rows, and rows of codes."""

    parts = ("encoder", "decoder")
    transforming = "encoder"

    def inputs(self, graph: Graph, part: str | None) -> list[Tensor]:
        """Declare rows, or codes."""
        _refuse_tables(self.estimator)
        if part != "decoder":
            return super().inputs(graph, part)
        return [graph.input("codes", graph.dtype, [ROWS, self.estimator._n_features_out])]

    def answers(self, graph: Graph, inputs: Sequence[Tensor], part: str | None) -> list[Answer]:
        """Return codes and reconstructions, or the latter alone."""
        estimator, network = self.estimator, self.estimator.network_
        stop, x = code_stop(network), inputs[0]
        width, codes, found = estimator._n_features_out, x, []
        if part != "decoder":
            (code,) = write_network(graph, network, x, stop=stop)
            codes = graph.reshape(code, [-1, width])
            found = [Answer("codes", codes, (width,))]
        rows = graph.reshape(codes, [-1, *network.plans[stop - 1].out_shape])
        given = None if part == "decoder" else x
        (raw,) = write_network(graph, network, rows, start=stop, given=given)
        n = network.out_shape[-1]
        return [*found, Answer("reconstruction", linked(estimator._loss, raw, n), (n,))]


@FAMILIES.of(GAN)
class GANFamily(Family):
    """A network that generates rows, and one that judges them."""

    parts = ("generator", "discriminator", "features")
    transforming = "features"

    def inputs(self, graph: Graph, part: str | None) -> list[Tensor]:
        """Declare random numbers or rows, and classes if there are any."""
        _refuse_tables(self.estimator)
        estimator = self.estimator
        n_latent = estimator.network_.in_shape[0] - len(estimator._targets)
        name, width = ("latent", n_latent) if part == "generator" else (X, estimator.n_features_in_)
        found = [graph.input(name, graph.dtype, [ROWS, width])]
        if len(estimator._targets):
            found.append(graph.input("y", _label_dtype(estimator.classes_), [ROWS]))
        return found

    def answers(self, graph: Graph, inputs: Sequence[Tensor], part: str | None) -> list[Answer]:
        """Return rows, or the score of each."""
        network, x = self.estimator.network_, inputs[0]
        first, told = first_of(network), self._one_hot(graph, inputs[1:])
        if part != "generator":
            stop = None if part == "discriminator" else len(network.layers) - 1
            (raw,) = write_network(graph, network, x, start=first, stop=stop, given=told)
            if stop is not None:
                return [Answer("features", raw, (self.estimator._n_features_out,))]
            return [Answer("scores", graph.squeeze(raw, -1))]
        if told is not None:
            x = graph.concat([x, told], axis=-1)
        (made,) = write_network(graph, network, x, stop=first)
        return [Answer("samples", made, (self.estimator.n_features_in_,))]

    def adopted(self, graph: Graph, given: Sequence[Tensor]) -> list[Tensor]:
        """Take rows; finding their classes by trying each of them is left to Python."""
        if len(self.estimator._targets):
            raise ValueError(
                f"A {type(self.estimator).__name__} fitted with classes (y) needs the classes of "
                f"rows, "
                "which a pipeline does not pass on; fit it without classes, or serve the pipeline "
                "from Python."
            )
        return super().adopted(graph, given)

    def _one_hot(self, graph: Graph, labels: Sequence[Tensor]) -> Tensor | None:
        if not labels:
            return None
        classes = self.estimator.classes_
        places = np.arange(len(classes))
        if classes.dtype.kind in "f":
            hot = graph.unsqueeze(labels[0], -1).equals(classes)
        else:
            known = dict(zip(classes.tolist(), places.tolist(), strict=True))
            codes = graph.look_up(labels[0], known)
            hot = graph.unsqueeze(codes, -1).equals(places)
        return graph.cast(hot, graph.dtype)


@FAMILIES.of(TableSynthesizer)
class SynthesizerFamily(Family):
    """Synthetic tables, which only Python can generate."""

    def inputs(self, graph: Graph, part: str | None) -> list[Tensor]:
        """Raise: drawing column by column cannot be written as a graph."""
        raise ValueError(
            "A TableSynthesizer cannot be written to ONNX: it draws row by row and column by "
            "column; serve it from Python, with sknn.persistence.save and load."
        )


def _refuse_tables(estimator: Any) -> None:
    if estimator._form.coder is not None:
        raise ValueError(
            f"This {type(estimator).__name__} was fitted on a frame with columns other than "
            "numbers, which Python encodes and decodes; serve it from Python, with "
            "sknn.persistence.save and load, or fit it on numbers."
        )


def _label_dtype(classes: NDArray) -> np.dtype:
    if classes.dtype.kind in "USO":
        return np.dtype(object)
    return classes.dtype if classes.dtype.kind == "f" else np.dtype(np.int64)
