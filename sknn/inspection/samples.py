"""Samples of generative networks, in scikit-learn's Display style."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from sknn._drawing.house_style import in_house_style
from sknn._drawing.mosaic import as_images, centers, image_shape, mosaic
from sknn._drawing.pyplot import axes, color, faint, legend, named_panels, show_image, write
from sknn.core.constraints import integer
from sknn.inspection.several import several
from sknn.inspection.tables import reads_table, two_columns
from sknn.inspection.unwrap import first_rows, network_of, served


class SamplesDisplay:
    """Rows that a network has generated: images side by side, or points in a plane.

    Make one with :meth:`from_estimator`, of a :class:`~sknn.GAN`, a Boltzmann machine, or a
    variational :class:`~sknn.AutoEncoder`, or of several, such as the same network after different
    numbers of epochs.

    Parameters
    ----------
    samples : dict of ndarray
        By name: (n, height, width[, 3]) for images, (n, 2) for points.
    data : ndarray of shape (n, 2), default=None
        Points behind the samples.

    Attributes
    ----------
    ax_ : matplotlib Axes or None
        The axes of the images, or the one given for points.
    axes_ : ndarray of matplotlib Axes
        All axes that were drawn into.
    figure_ : matplotlib Figure

    Examples
    --------
    >>> import copy
    >>> from sklearn.datasets import make_moons
    >>> from sknn import GAN
    >>> from sknn.inspection import SamplesDisplay
    >>> X, _ = make_moons(500, noise=0.1, random_state=0)
    >>> gan, after = GAN((16,), (16,), random_state=0), {}
    >>> for epoch in range(1, 5):
    ...     after[f"epoch {epoch}"] = copy.deepcopy(gan.partial_fit(X))
    >>> display = SamplesDisplay.from_estimator(after, X, n_samples=200)
    >>> [ax.get_title() for ax in display.axes_]
    ['epoch 1', 'epoch 2', 'epoch 3', 'epoch 4']
    """

    def __init__(self, *, samples: Mapping[str, NDArray], data: NDArray | None = None) -> None:
        self.samples = samples
        self.data = data

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any = None,
        *,
        n_samples: int | None = None,
        shape: tuple[int, ...] | None = None,
        columns: tuple[int, int] | None = None,
        random_state: Any = 0,
        ax: Any = None,
        **artist_kw: Any,
    ) -> SamplesDisplay:
        """Draw samples.

        Parameters
        ----------
        estimator : fitted sknn estimator with ``sample``, or dict of them
            A dict gives names; every estimator draws from the same random numbers.
        X : array-like of shape (n_samples, n_features), default=None
            Rows of the data, drawn behind points.
        n_samples : int, default=None
            None: 10 images of each estimator (64 if there is only one), or 500 points.
        shape : tuple of int, default=None
            Shape of an image. None: rows are images if they are numbers, as many as a square of at
            least 16. Those of tables are not.
        columns : (int, int), default=None
            The two columns to draw, if rows are not images. None: the first two that hold numbers.
        random_state : int, RandomState or None, default=0
        ax : matplotlib Axes, or array of them for points, default=None
            None makes a new figure.
        **artist_kw : dict
            Passed to matplotlib's `imshow` or `scatter`.

        Returns
        -------
        display : SamplesDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        NotFittedError
            If an estimator is not fitted.
        TypeError
            If one cannot sample.
        ValueError
            For a shape that does not fit, or columns that do not exist or do not hold numbers.
        """
        named = several(estimator, "estimator")
        named = named if isinstance(named, Mapping) else {"": named}
        if n_samples is not None:
            n_samples = integer(1).read("SamplesDisplay", "n_samples", n_samples)
        found: dict[str, NDArray] = {}
        for name, each in named.items():
            network_of(each)
            final = served(each)
            if not hasattr(final, "sample"):
                raise TypeError(
                    f"{type(final).__name__} cannot generate rows: it has no method sample."
                )
            guess = shape is not None or not reads_table(final)
            pixels = image_shape(shape, final.n_features_in_) if guess else None
            few = 64 if len(named) == 1 else 10
            n = n_samples or (few if pixels else 500)
            rows = final.sample(n, random_state=random_state)
            found[str(name)] = (
                two_columns(rows, columns)
                if pixels is None
                else as_images(first_rows(rows), pixels)
            )
        if len({each.shape[1:] for each in found.values()}) > 1:
            raise ValueError(
                "The estimators must generate rows of one kind and number of features."
            )
        flat = next(iter(found.values())).ndim == 2
        data = None
        if X is not None and flat:
            data = two_columns(first_rows(X) if sp.issparse(X) else X, columns)
        return cls(samples=found, data=data).plot(ax, **artist_kw)

    @in_house_style
    def plot(self, ax: Any = None, **artist_kw: Any) -> SamplesDisplay:
        """Draw the samples.

        Parameters
        ----------
        ax, **artist_kw
            As for :meth:`from_estimator`.

        Returns
        -------
        display : SamplesDisplay
        """
        if next(iter(self.samples.values())).ndim > 2:
            self._plot_images(axes(ax), artist_kw)
        else:
            self._plot_points(ax, artist_kw)
        return self

    def _plot_images(self, ax: Any, image_kw: dict[str, Any]) -> None:
        every = np.concatenate(list(self.samples.values()))
        n_lines = len(self.samples)
        whole = mosaic(every, None if n_lines == 1 else len(every) // n_lines)
        show_image(ax, whole, **{"cmap": "gray"} | image_kw)
        if n_lines > 1:
            ax.set_yticks(centers(n_lines, every.shape[1]), list(self.samples))
            for label, name in zip(ax.get_yticklabels(), self.samples, strict=True):
                write(label, name)
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        self.ax_, self.axes_, self.figure_ = ax, np.array([ax]), ax.figure

    def _plot_points(self, ax: Any, scatter_kw: dict[str, Any]) -> None:
        shared = {"sharex": True, "sharey": True}
        bound, grid = named_panels(ax, list(self.samples), 4, (2.8, 2.6), **shared)
        for each, points in zip(grid.flat, self.samples.values(), strict=False):
            if self.data is not None:
                each.scatter(
                    *self.data.T, s=4, linewidths=0, label="data", **faint() | {"alpha": 0.5}
                )
            style = {"s": 6, "color": color(1), "linewidths": 0, "label": "samples"}
            each.scatter(*points.T, **style | scatter_kw)
        if self.data is not None:
            legend(grid.flat[0], grid.flat[0].collections, markerscale=2)
        self.axes_ = grid.ravel()[: len(self.samples)]
        self.ax_, self.figure_ = bound, self.axes_[0].figure
