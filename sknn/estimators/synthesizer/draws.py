"""Drawing rows, token by token; every unit of the network is computed once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.layers import MaskedDense, Tokens
from sknn.core.network import Network
from sknn.preprocessing.tokens.coder import ColumnTokens, TableCoder


class Forward:
    """A pass through the network in which the inputs become known one token after the other.

    The units of a layer are in the order of their degrees, so those of one degree are a slice, and
    they see everything before some place.

    Parameters
    ----------
    network : Network
        Its first layer is Tokens.
    inputs : ndarray of shape (rows, width)
        What the first layer makes of the rows; written into as tokens become known.
    """

    def __init__(self, network: Network, inputs: NDArray) -> None:
        pairs = zip(network.layers, network.params, strict=True)
        self.stages = [(layer, p) for layer, p in pairs if isinstance(layer, MaskedDense)]
        self.inputs = [inputs]
        for layer, _ in self.stages:
            self.inputs.append(np.empty((len(inputs), len(layer.degrees)), inputs.dtype))

    def scores(self, token: int) -> NDArray:
        """Return the scores of the codes of a token, all tokens before which are known."""
        for (layer, p), x, y in zip(self.stages, self.inputs[:-1], self.inputs[1:], strict=True):
            seen = int(np.searchsorted(layer.in_degrees, token, side="right"))
            first, last = np.searchsorted(layer.degrees, [token, token + 1])
            z = x[:, :seen] @ p["W"][:seen, first:last]
            z += p["b"][first:last]
            layer.activation.forward(z, z_out := np.empty_like(z))
            y[:, first:last] = z_out
        return y[:, first:last]


def chosen(scores: NDArray, allowed: NDArray, rng: np.random.Generator) -> NDArray:
    """Draw a code of each row by its softmax probability among those that are allowed."""
    with np.errstate(divide="ignore"):
        logits = scores.astype(np.float64) + np.log(allowed)
    # The largest of the scores with Gumbel noise is a draw from their softmax.
    return np.argmax(logits + rng.gumbel(size=logits.shape), axis=1)


class Chance:
    """The source of random numbers for codes."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng

    def choose(self, token: int, rows: NDArray, scores: NDArray, allowed: NDArray) -> NDArray:
        """Return codes of a token in some rows, by the scores of all codes."""
        return chosen(scores, allowed, self.rng)


class EvenChance(Chance):
    """Several draws of the same rows that cover the distribution of every token evenly.

    A Latin hypercube: the range from 0 to 1 is cut into as many parts as there are draws, and each
    of them takes its share of the probability from another part (McKay, Beckman & Conover, 1979, "A
    comparison of three methods for selecting values of input variables in the analysis of output
    from a computer code"). So their mean varies less than that of independent draws.
    """

    def __init__(self, rng: np.random.Generator, n_rows: int, n_draws: int) -> None:
        super().__init__(rng)
        self.n_rows, self.n_draws, self.now = n_rows, n_draws, 0
        self.parts: dict[int, NDArray] = {}

    def choose(self, token: int, rows: NDArray, scores: NDArray, allowed: NDArray) -> NDArray:
        """Return codes of a token in some rows, by the scores of all codes."""
        if token not in self.parts:
            order = np.argsort(self.rng.random((self.n_rows, self.n_draws)), axis=1)
            self.parts[token] = order.astype(np.uint8)
        share = (self.parts[token][rows, self.now] + self.rng.random(len(rows))) / self.n_draws
        peak = np.max(scores, axis=1, keepdims=True, where=allowed, initial=-np.inf)
        odds = np.exp(np.where(allowed, scores.astype(np.float64) - peak, -np.inf))
        reached = np.cumsum(odds, axis=1)
        codes = (reached <= share[:, None] * reached[:, -1:]).sum(axis=1)
        return np.minimum(codes, odds.shape[1] - 1 - np.argmax(odds[:, ::-1] > 0, axis=1))


class Drawing:
    """Rows in progress: some of their columns are known, and the others are drawn in turn.

    Parameters
    ----------
    coder : TableCoder
    network : Network
    rows : ndarray of shape (n, n_inputs)
        As the coder makes them, with 1 at the columns that are known; others are not read.
    chance : Chance
    lost : bool
        Missing entries may be drawn.
    """

    def __init__(
        self,
        coder: TableCoder,
        network: Network,
        rows: NDArray,
        chance: Chance,
        lost: bool,
    ) -> None:
        tokens: Any = network.layers[0]
        assert isinstance(tokens, Tokens)
        self.coder, self.chance, self.lost = coder, chance, lost
        q, k = len(tokens.sizes), len(tokens.numbers)
        self.known = rows[:, q + k : q + k + tokens.n_columns] > 0.5
        self.codes = np.where(self.known[:, np.asarray(tokens.columns)], coder.codes(rows), -1)
        rows = rows.copy()
        rows[:, :q] = self.codes
        rows[:, q : q + k] *= self.known[:, np.asarray(tokens.numbers, np.intp)]
        inputs = network.predict(rows, stop=1)
        self.starts, self.places, _ = tokens.places()
        self.own = inputs[:, tokens.width + tokens.n_columns :]
        self.forward = Forward(network, inputs)

    def run(self) -> list[NDArray]:
        """Return the entries of each column; those of known columns have no meaning."""
        token, numbered, values = 0, 0, []
        for place, column in enumerate(self.coder.columns):
            free = ~self.known[:, place]
            here = slice(token, token + len(column.sizes))
            for t in range(here.start, here.stop):
                self._draw(t, column, free, second=t > here.start)
            entries = column.decode(np.maximum(self.codes[:, here], 0), self.chance.rng)
            if column.has_number:
                self._note(numbered, column.number(entries), free)  # type: ignore[union-attr]
                numbered += 1
            values.append(entries)
            token = here.stop
        return values

    def _draw(self, t: int, column: ColumnTokens, free: NDArray, second: bool) -> None:
        """Draw the code of a token in rows where it is free; later units need it in all rows."""
        scores, rows = self.forward.scores(t), np.flatnonzero(free)
        if second:
            allowed = column.second(self.codes[rows, t - 1])  # type: ignore[union-attr]
            # After missing entries and frequent numbers, there is nothing to draw.
            drawable = allowed.any(axis=1)
            rows, allowed = rows[drawable], allowed[drawable]
        else:
            allowed = column.first(self.lost)
        if len(rows):
            drawn = self.chance.choose(t, rows, scores[rows], allowed)
            self.codes[rows, t] = drawn
            self.own[rows, self.starts[t] + drawn] = 1.0

    def _note(self, which: int, numbers: NDArray, free: NDArray) -> None:
        self.own[free, self.places[which]] = numbers[free]
