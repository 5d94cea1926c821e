"""Rows next to their reconstructions, and their codes, in scikit-learn's Display style."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA

from sknn._drawing.house_style import in_house_style
from sknn._drawing.mosaic import as_images, centers, image_shape, mosaic
from sknn._drawing.pyplot import axes, color, label_counts, show_image
from sknn._sklearn import rows_at
from sknn.core.constraints import integer
from sknn.estimators.autoencoder.estimator import AutoEncoder
from sknn.estimators.boltzmann.base import BoltzmannMachine
from sknn.inspection.scatter import scatter
from sknn.inspection.tables import reads_table
from sknn.inspection.unwrap import first_rows, network_of, served_on

_KINDS = ("auto", "images", "rows", "codes")
_MOST_LINES = 3


class ReconstructionDisplay:
    """Rows next to their reconstructions, or a scatter plot of their codes.

    Make one with :meth:`from_estimator`, of an :class:`~sknn.AutoEncoder` or a Boltzmann machine.

    Parameters
    ----------
    kind : {"images", "rows", "codes"}
    rows, reconstructions : ndarray, default=None
        Of shape (n, height, width[, 3]) for images, (n, n_features) for rows.
    codes : ndarray of shape (n, 2), default=None
    labels : array-like of shape (n,), default=None
        Labels that color the codes.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknn import AutoEncoder
    >>> from sknn.inspection import ReconstructionDisplay
    >>> X, y = load_digits(return_X_y=True)
    >>> coder = AutoEncoder((32, 2), learning_rate="cosine", max_iter=10, tol=0, random_state=0)
    >>> coder = coder.fit(X / 16)
    >>> ReconstructionDisplay.from_estimator(coder, X[:8] / 16).reconstructions.shape
    (8, 8, 8)
    >>> ReconstructionDisplay.from_estimator(coder, X / 16, y, kind="codes").codes.shape
    (1797, 2)
    """

    def __init__(
        self,
        *,
        kind: str,
        rows: NDArray | None = None,
        reconstructions: NDArray | None = None,
        codes: NDArray | None = None,
        labels: Any = None,
    ) -> None:
        self.kind = kind
        self.rows = rows
        self.reconstructions = reconstructions
        self.codes = codes
        self.labels = labels

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any = None,
        *,
        kind: str = "auto",
        shape: tuple[int, ...] | None = None,
        n_rows: int = 10,
        ax: Any = None,
        **artist_kw: Any,
    ) -> ReconstructionDisplay:
        """Draw reconstructions or codes.

        Parameters
        ----------
        estimator : fitted AutoEncoder, BernoulliRBM or GaussianRBM
            Or a Pipeline or search around one; rows are then those that reach the last step.
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,), default=None
            Classes or numbers by which codes are colored.
        kind : {"auto", "images", "rows", "codes"}, default="auto"
            "auto" draws images if `shape` is given or the number of features is a square of at
            least 16, otherwise rows as lines. Of the rows of a table, the lines show what the
            network reads: one number for each level. "codes" draws every row as a point, by the
            first two principal components of longer codes.
        shape : tuple of int, default=None
            Shape of an image: (height, width) or (height, width, channels).
        n_rows : int, default=10
            Number of rows to draw, the first ones; at most 3 as lines.
        ax : matplotlib Axes, default=None
            None makes a new figure.
        **artist_kw : dict
            Passed to matplotlib's `imshow`, `plot` or `scatter`.

        Returns
        -------
        display : ReconstructionDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        NotFittedError
            If the estimator is not fitted.
        TypeError
            If it does not reconstruct, or has no codes.
        ValueError
            For an unknown kind, a shape that does not fit, or `y` of another length.
        """
        if kind not in _KINDS:
            raise ValueError(f"kind must be one of {_KINDS}; got {kind!r}.")
        network_of(estimator)
        final, given = served_on(estimator, X)
        if kind == "codes":
            codes = _plane(_coded(final, given))
            return cls(kind="codes", codes=codes, labels=_labels(y, codes)).plot(ax, **artist_kw)
        n_rows = integer(1).read("ReconstructionDisplay", "n_rows", n_rows)
        rows, made = _pairs(final, given, n_rows)
        guess = kind == "images" or shape is not None or (kind == "auto" and not reads_table(final))
        pixels = image_shape(shape, rows.shape[1]) if guess else None
        if kind == "images" and pixels is None:
            raise ValueError(f"Rows have {rows.shape[1]} numbers; pass the shape of an image.")
        if pixels is not None:
            rows, made = as_images(rows, pixels), as_images(made, pixels)
        display = cls(kind="images" if pixels else "rows", rows=rows, reconstructions=made)
        return display.plot(ax, **artist_kw)

    @in_house_style
    def plot(self, ax: Any = None, **artist_kw: Any) -> ReconstructionDisplay:
        """Draw the reconstructions or codes.

        Parameters
        ----------
        ax, **artist_kw
            As for :meth:`from_estimator`.

        Returns
        -------
        display : ReconstructionDisplay
        """
        ax = axes(ax)
        if self.kind == "codes":
            scatter(ax, np.asarray(self.codes), self.labels, artist_kw)
            ax.set(xlabel="code 0", ylabel="code 1")
        elif self.kind == "images":
            self._plot_images(ax, artist_kw)
        else:
            self._plot_rows(ax, artist_kw)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _plot_images(self, ax: Any, image_kw: dict[str, Any]) -> None:
        assert self.rows is not None
        both = np.concatenate([self.rows, self.reconstructions])
        # Reconstructions may slightly leave the range of the rows.
        style = {"cmap": "gray", "vmin": np.min(self.rows), "vmax": np.max(self.rows)}
        whole = mosaic(both, len(self.rows))
        show_image(ax, whole, **style | image_kw)
        ax.set_yticks(centers(2, both.shape[1]), ["rows", "reconstructions"])
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)

    def _plot_rows(self, ax: Any, line_kw: dict[str, Any]) -> None:
        assert self.rows is not None and self.reconstructions is not None
        pairs = zip(self.rows[:_MOST_LINES], self.reconstructions, strict=False)
        for i, (row, made) in enumerate(pairs):
            ax.plot(row, **{"color": color(i), "label": f"row {i}"} | line_kw)
            ax.plot(made, **{"color": color(i), "linestyle": "--"} | line_kw)
        ax.plot([], [], "--", color="gray", label="reconstruction")
        label_counts(ax, "feature")
        ax.set_ylabel("value")
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4)


def _pairs(final: Any, given: Any, n_rows: int) -> tuple[NDArray, NDArray]:
    """Return rows and their reconstructions; those of a table as the network reads them."""
    reconstruct = _reconstruction(final)
    if reads_table(final):
        rows = rows_at(given, np.arange(min(n_rows, len(given))))
        return final._check_inputs(rows), final._check_inputs(reconstruct(rows))
    rows = np.asarray(first_rows(given, n_rows))
    with warnings.catch_warnings():
        # The names of the columns of X have been checked.
        warnings.filterwarnings("ignore", "X does not have valid feature names")
        return rows, np.asarray(reconstruct(rows))


def _coded(final: Any, X: Any) -> NDArray:
    """Return the codes of rows."""
    if not hasattr(final, "transform"):
        raise TypeError(f"{type(final).__name__} has no codes: there is no hidden layer.")
    return final.transform(X)


def _labels(y: Any, codes: NDArray) -> NDArray | None:
    """Return the checked labels of the codes; labels of several types are compared as text."""
    if y is None:
        return None
    labels = np.asarray(y)
    if labels.shape != (len(codes),):
        raise ValueError(
            f"y must hold one class or number for each of {len(codes)} rows; got shape "
            f"{labels.shape}."
        )
    return labels.astype(str) if labels.dtype.kind == "O" else labels


def _reconstruction(final: Any) -> Any:
    """Return the method that reconstructs rows."""
    if isinstance(final, BoltzmannMachine):
        return final.reconstruct
    if isinstance(final, AutoEncoder):
        return final.predict
    raise TypeError(
        f"{type(final).__name__} does not reconstruct rows; AutoEncoder and Boltzmann machines do."
    )


def _plane(codes: NDArray) -> NDArray:
    """Return points in the plane."""
    if codes.shape[1] > 2:
        return PCA(2).fit_transform(codes) if len(codes) > 1 else np.zeros((1, 2))
    if codes.shape[1] == 1:
        return np.column_stack([codes[:, 0], np.zeros(len(codes))])
    return codes
