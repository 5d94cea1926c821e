"""A film of training as one HTML page."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn._drawing import frames
from sknn._drawing.film_page import film_page
from sknn._drawing.png import colored, png
from sknn.core import archive
from sknn.core.constraints import Constraint, array_like, integer, none, one_of
from sknn.exceptions import InvalidParameterError
from sknn.training.callbacks.base import Callback, Phase, Progress

_PICTURES = ("auto", "regions", "weights", "reconstructions", "samples")


def _is_dense(value: Any, n_axes: int) -> bool:
    """Return whether there are rows: in a list, an array, or a table, not in a sparse matrix."""
    shape = getattr(value, "shape", None)
    if shape is None:
        return isinstance(value, (list, tuple)) and len(value) > 0
    return len(shape) >= n_axes and shape[0] > 0 and not hasattr(value, "tocsr")


class _Reel:
    """The pictures so far, evenly spread over any number of epochs.

    Colors are kept as PNG files; numbers wait for the scale of all pictures.
    """

    def __init__(self, every: int, most: int) -> None:
        self.every, self.most = every, most
        self.frames: list[frames.Still | bytes] = []
        self.size = (0, 0)
        self.smooth = False
        self.epochs: list[int] = []
        self.captions: list[str] = []

    def wants(self, epoch: int) -> bool:
        """Return whether a picture of an epoch is due."""
        return epoch % self.every == 0 and epoch not in self.epochs[-1:]

    def add(self, frame: frames.Still, epoch: int, caption: str) -> None:
        """Keep a picture; if there are too many, every second one is dropped."""
        self.frames.append(png(frame.values) if frame.values.ndim == 3 else frame)
        height, width = frame.values.shape[:2]
        self.size, self.smooth = (width, height), frame.smooth
        self.epochs.append(epoch)
        self.captions.append(caption)
        if len(self.frames) > self.most:
            self.every *= 2
            kept = [i for i, epoch in enumerate(self.epochs) if epoch % self.every == 0]
            self.frames = [self.frames[i] for i in kept]
            self.epochs = [self.epochs[i] for i in kept]
            self.captions = [self.captions[i] for i in kept]

    def __deepcopy__(self, memo: Any) -> _Reel:
        """Share the pictures with snapshots, which may be taken after every epoch."""
        twin = _Reel(self.every, self.most)
        twin.frames, twin.epochs = self.frames[:], self.epochs[:]
        twin.captions = self.captions[:]
        twin.size, twin.smooth = self.size, self.smooth
        return twin

    def files(self) -> list[bytes]:
        """Return the pictures as PNG files; numbers have the same color in all of them."""
        numbers = [each for each in self.frames if not isinstance(each, bytes)]
        known = [each.values[np.isfinite(each.values)] for each in numbers]
        low = min((float(each.min()) for each in known if each.size), default=0.0)
        high = max((float(each.max()) for each in known if each.size), default=1.0)
        if any(each.scale == "signs" for each in numbers):
            high = max(abs(low), abs(high))
            low = -high
        return [
            each if isinstance(each, bytes) else png(colored(each.values, low, high, each.scale))
            for each in self.frames
        ]


class Film(Callback):
    """Film training as one HTML page with a slider and a play button.

    The page needs no server, no network connection, and no other file. It is written when training
    ends, even if it was interrupted. The pictures are made from copies of the estimator, so
    training is the same with and without this callback, bit for bit.

    In a search of :mod:`sknn.search`, only the fit of the best candidate on all rows is filmed;
    with ``refit=False``, and in ``cross_validate``, there is no film. In searches of scikit-learn,
    every fit overwrites the page, and the last one, of the best candidate, remains.

    Parameters
    ----------
    path : str or path-like
        Where to write the page, for example "training.html". An existing file is overwritten.
    X : array-like of shape (n_samples, n_features), default=None
        Rows for the pictures, from training or not. Required for "regions" and "reconstructions";
        drawn behind "samples" with two columns of numbers.
    y : array-like of shape (n_samples,), default=None
        Classes of the rows, which color them in "regions".
    picture : {"auto", "regions", "weights", "reconstructions", "samples"} or callable
        What to film. "regions": predictions in the plane of the two columns of X. "weights":
        weights of the first layer, at most 100 units and inputs. "reconstructions": ten rows of X
        above their reconstructions. "samples": generated rows, as images or as points in the plane
        of the first two columns of numbers. "auto": samples, if the estimator
        has ``sample``; with X, regions for two columns and one output, and reconstructions for an
        AutoEncoder; otherwise weights. A callable gets the estimator and returns an image: an array
        (height, width) of numbers, or (height, width, 3) of colors between 0 and 1.
    every : int, default=1
        Number of epochs between pictures.
    max_frames : int, default=200
        Largest number of pictures; if there are more, every second one is dropped.
    shape : tuple of int, default=None
        Shape of rows that are images. None: rows are images if their number of columns is a square
        of at least 16.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from sklearn.datasets import make_moons
    >>> from sknn import MLPClassifier
    >>> from sknn.callbacks import Film
    >>> X, y = make_moons(200, noise=0.2, random_state=0)
    >>> page = Path(tempfile.mkdtemp()) / "moons.html"
    >>> net = MLPClassifier((20,), learning_rate="cosine", max_iter=20, random_state=0,
    ...                     callbacks=[Film(page, X, y)]).fit(X, y)
    >>> page.read_text().count("epoch")
    21
    """

    phase = Phase.KEEP
    stochastic_only = True
    writes_files = True
    final_fit_only = True
    constraints = {
        "path": Constraint(archive.is_path, "a path that is not empty and has no null characters"),
        "X": none() | Constraint(lambda X: _is_dense(X, 2), "a dense array-like of rows"),
        "y": none() | Constraint(lambda y: _is_dense(y, 1), "an array-like"),
        "picture": one_of(_PICTURES) | Constraint(callable, "a callable"),
        "every": integer(1),
        "max_frames": integer(2),
        "shape": none() | array_like("a tuple of int"),
    }

    def __init__(
        self,
        path: str | os.PathLike,
        X: Any = None,
        y: Any = None,
        *,
        picture: str | Callable[[Any], Any] = "auto",
        every: int = 1,
        max_frames: int = 200,
        shape: tuple[int, ...] | None = None,
    ) -> None:
        self.path = path
        self.X = X
        self.y = y
        self.picture = picture
        self.every = every
        self.max_frames = max_frames
        self.shape = shape

    def check(self) -> None:
        """Raise for parameters that would cause an error at the end of training."""
        super().check()
        if self.X is not None and self.y is not None and len(self.X) != len(self.y):
            raise InvalidParameterError(
                f"The 'y' parameter of Film must have one entry for each of the {len(self.X)} rows "
                f"of X. Got {len(self.y)} instead."
            )
        try:
            archive.check_target(self.path)
        except OSError as error:
            raise InvalidParameterError(
                "The 'path' parameter of Film must name a file in a folder that exists and can be "
                f"written. Got {self.path!r} instead: {error}."
            ) from error

    def on_train_begin(self, progress: Progress) -> None:
        """Take the first picture."""
        if not (progress.resumed and "_reel" in vars(self)):
            self._reel = _Reel(int(self.every), int(self.max_frames))
            self._take(progress)

    def on_epoch_end(self, progress: Progress) -> None:
        """Take a picture, if one is due."""
        if self._reel.wants(progress.run.epoch):
            self._take(progress)

    def on_train_end(self, progress: Progress) -> None:
        """Take the last picture and write the page."""
        reel = self._reel
        if reel.epochs[-1] != progress.run.epoch:
            self._take(progress)
        page = film_page(
            reel.files(),
            reel.captions,
            title=self._title,
            size=reel.size,
            smooth=reel.smooth,
            overlay=self._overlay(),
        )
        with archive.replacing(self.path) as file:
            file.write(page.encode())

    def _take(self, progress: Progress) -> None:
        estimator = progress.snapshot()  # type: ignore[misc]
        self._kind = _kind(self.picture, estimator, self.X)
        self._title = f"{type(estimator).__name__}: {self._kind}"
        row = progress.row if progress.run.epoch else {}
        told = ("loss", "generator_loss", "validation_loss", "score")
        figures = [f"{n.replace('_', ' ')} {row[n]:.4g}" for n in told if n in row]
        caption = ", ".join([f"epoch {progress.run.epoch}", *figures])
        self._reel.add(self._frame(estimator), progress.run.epoch, caption)

    def _frame(self, estimator: Any) -> frames.Still:
        if callable(self.picture):
            return frames.Still(_checked(self.picture(estimator)))
        rows = np.asarray(self.X) if isinstance(self.X, (list, tuple)) else self.X
        draw: dict[str, Callable[[], frames.Still]] = {
            "regions": lambda: frames.regions(estimator, np.asarray(rows, np.float64)),
            "weights": partial(frames.weights, estimator, self.shape),
            "reconstructions": partial(frames.reconstructions, estimator, rows, self.shape),
            "samples": partial(frames.samples, estimator, rows, self.shape),
        }
        with warnings.catch_warnings():
            # The pictures ask for rows without the names of columns.
            warnings.filterwarnings("ignore", "X does not have valid feature names")
            return draw[self._kind]()

    def _overlay(self) -> str:
        """Return the rows that lie in the plane of the picture, as SVG."""
        if self._kind not in ("regions", "samples"):
            return ""
        if np.ndim(self.X) != 2 or np.shape(self.X)[1] != 2:
            return ""
        numbers = list(frames.number_columns(self.X).values())
        return frames.dots(np.column_stack(numbers), self.y) if len(numbers) == 2 else ""


def _kind(picture: Any, estimator: Any, X: Any) -> str:
    """Return the kind of picture to film; raise if it cannot be drawn."""
    if callable(picture):
        name = getattr(picture, "__name__", "<none>")
        return "picture" if name.startswith("<") else name
    columns = np.shape(X)[1] if np.ndim(X) == 2 else None
    plain = not isinstance(getattr(estimator, "classes_", None), list)
    if picture == "auto":
        if hasattr(estimator, "sample"):
            return "samples"
        if X is not None and hasattr(estimator, "inverse_transform"):
            return "reconstructions"
        return "regions" if columns == 2 and plain and hasattr(estimator, "score") else "weights"
    able = {
        "regions": columns == 2 and plain and hasattr(estimator, "predict"),
        "weights": True,
        "reconstructions": X is not None
        and (hasattr(estimator, "reconstruct") or hasattr(estimator, "inverse_transform")),
        "samples": hasattr(estimator, "sample"),
    }
    if not able[picture]:
        raise InvalidParameterError(
            f"The 'picture' parameter of Film is {picture!r}, which does not fit "
            f"{type(estimator).__name__} or X: regions need X with two columns and predictions "
            "with one output, reconstructions need X and an autoencoder or Boltzmann machine, and "
            "samples need a network that generates rows."
        )
    return picture


def _checked(image: Any) -> NDArray:
    """Return the image of a callable as an array."""
    array = np.asarray(image, float)
    if not (array.ndim == 2 or (array.ndim == 3 and array.shape[-1] == 3)) or not array.size:
        raise ValueError(
            "The picture of a Film must be an array of shape (height, width) or (height, width, "
            f"3); the callable returned one of shape {array.shape}."
        )
    return array
