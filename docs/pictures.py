"""Draw the pictures that the README and the guide show: ``python docs/pictures.py``.

They are kept in the repository, with few colors, so that pages show them without being built. Names
on the command line draw these pictures alone.
"""

import importlib.util
import io
import re
import runpy
import sys
import warnings
from functools import partial
from pathlib import Path
from unittest.mock import patch

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402
from scipy.stats import loguniform  # noqa: E402
from sklearn.calibration import CalibrationDisplay  # noqa: E402
from sklearn.datasets import (  # noqa: E402
    load_breast_cancer,
    load_diabetes,
    load_digits,
    load_iris,
    make_classification,
)
from sklearn.exceptions import ConvergenceWarning  # noqa: E402
from sklearn.model_selection import train_test_split  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402
from threadpoolctl import threadpool_limits  # noqa: E402

from sknn import (  # noqa: E402
    AutoEncoder,
    MLPClassifier,
    TabularMLPClassifier,
    TabularMLPRegressor,
    activations,
    schedules,
)
from sknn.callbacks import LearningRateRange  # noqa: E402
from sknn.inspection import LossCurveDisplay, NetworkDisplay, SearchDisplay, house_style  # noqa: E402
from sknn.preprocessing import TableEncoder  # noqa: E402
from sknn.search import ArchitectureSearchCV, RandomizedSearchCV  # noqa: E402


def network():
    """Draw a network that knows three kinds of iris: every unit, every weight."""
    iris = load_iris(as_frame=True)
    X = (iris.data - iris.data.mean()) / iris.data.std()
    X.columns = ["sepal length", "sepal width", "petal length", "petal width"]
    net = MLPClassifier((8, 5), solver="lbfgs", alpha=1.0, max_iter=500, random_state=0)
    net.fit(X, iris.target_names[iris.target])
    return NetworkDisplay.from_estimator(net).figure_


def activation_curves():
    """Draw every activation and its derivative, in the order of the table of the guide."""
    page = Path(__file__).with_name("guide") / "activations_and_outputs.md"
    section = (
        page.read_text(encoding="utf-8").partition("## The activations")[2].partition("## ")[0]
    )
    rows = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    names = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    kinds = [(name, activations.Activation.registry[name]) for name in names]
    z = np.linspace(-4, 4, 401)
    figure, axes = plt.subplots(4, 4, figsize=(8.3, 8.6), sharey=True, layout="constrained")
    for ax, (name, kind) in zip(axes.flat, kinds, strict=False):
        curve, slope = values_and_slopes(kind(), z)
        ax.plot(z, curve, label="activation $f(z)$")
        ax.plot(z, slope, "--", label="slope $f'(z)$")
        ax.set(title=name, ylim=(-1.6, 2.6), xticks=[-4, 0, 4])
    for ax in axes.flat[len(kinds) - 4 : len(kinds)]:
        ax.set_xlabel("$z$")
    for ax in axes.flat[len(kinds) :]:
        ax.set_axis_off()
    lines, labels = axes[0, 0].get_legend_handles_labels()
    axes[-1, -2].legend(lines, labels, loc="center")
    return figure


def values_and_slopes(activation, z):
    """Return f(z) and f'(z) as the network computes them."""
    state, y, slope = z.copy(), np.empty_like(z), np.ones_like(z)
    activation.forward(state, y)
    work = activation.work_dtype
    work = None if work is None else np.empty(z.shape, z.dtype if work == "same" else work)
    activation.backward(state if activation.needs_input else y, y.copy(), slope, work)
    return y, slope


def schedule_curves():
    """Draw schedules that depend on time alone, and batches that grow or shrink."""
    epochs, per_epoch = 50, 20
    kinds = {
        "constant": schedules.Constant(),
        "invscaling": schedules.InverseScaling(),
        "exponential": schedules.Exponential(),
        "step": schedules.Step(),
        "cosine": schedules.Cosine(),
        "Cosine(warmup=0.1)": schedules.Cosine(warmup=0.1),
        "one_cycle": schedules.OneCycle(),
        "cos_log": schedules.CosLog(),
        "flat_cosine": schedules.FlatCosine(),
    }
    figure, axes = plt.subplots(4, 3, figsize=(8.3, 8.6), sharex=True, layout="constrained")
    steps = np.arange(epochs * per_epoch)
    for ax, (name, kind) in zip(axes[:3].flat, kinds.items(), strict=True):
        factors = [
            kind.factor(s / per_epoch if kind.per_update else s // per_epoch, int(s), epochs, {})
            for s in steps
        ]
        ax.plot(steps / per_epoch, factors)
        ax.set(title=name, ylim=(-0.03, 1.05))
    for ax, (first, last) in zip(axes[3], [(32, 512), (512, 32)], strict=False):
        size = schedules.BatchSize(first, last)
        rows = [size.size(epoch, epochs, 10_000) for epoch in range(epochs)]
        ax.step(range(epochs), rows, color="C1")
        ax.set(title=f"BatchSize({first}, {last})", xlabel="epoch")
    axes[3, 2].set_axis_off()
    axes[2, 2].tick_params(labelbottom=True)
    axes[2, 2].set_xlabel("epoch")
    for ax in axes[:3, 0]:
        ax.set_ylabel("rate factor")
    axes[3, 0].set_ylabel("rows per batch")
    return figure


def overfitting():
    """Draw training and validation loss without and with a penalty."""
    X, y = load_breast_cancer(return_X_y=True)
    X, X_val, y, y_val = train_test_split(X, y, train_size=120, random_state=3)
    scaler = StandardScaler().fit(X)
    X, X_val = scaler.transform(X), scaler.transform(X_val)
    figure, axes = plt.subplots(1, 2, figsize=(8.3, 4.2), sharey=True, layout="constrained")
    for ax, alpha in zip(axes, [0.0, 3.0], strict=True):
        net = MLPClassifier(
            (100, 100), learning_rate_init=0.003, alpha=alpha, max_iter=150,
            n_iter_no_change=np.inf, random_state=0,
        ).fit(X, y, X_val=X_val, y_val=y_val)  # fmt: skip
        history = net.history_
        best = int(np.argmin(history["validation_loss"]))
        ax.plot(history["epoch"], history["loss"] - history["penalty"], "C0", label="training")
        if alpha:
            ax.plot(history["epoch"], history["loss"], "C0:", label="training with penalty")
        ax.plot(history["epoch"], history["validation_loss"], "C1--", label="validation")
        ax.axvline(history["epoch"][best], color="gray", linewidth=1, label="best epoch")
        ax.set(
            title=f"alpha={alpha:g}" if alpha else "alpha=0: overfitting",
            xlabel="epoch",
            yscale="log",
            ylim=(1e-4, 15),
        )
    axes[0].set_ylabel("loss (logarithmic)")
    figure.legend(*axes[1].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


def rate_range():
    """Draw a range test of learning rates on the digits."""
    X, y = load_digits(return_X_y=True)
    net = MLPClassifier(max_iter=20, random_state=0, callbacks=[LearningRateRange(high=10.0)])
    figure, ax = plt.subplots(figsize=(8.3, 4.2), layout="constrained")
    net.fit(X / 16, y).callbacks_[0].plot(ax)
    return figure


def autoencoder():
    """Draw digits, noisy ones, what is made of them, and digits that are drawn at random."""
    X, _ = load_digits(return_X_y=True)
    X, X_test = train_test_split(X / 16, random_state=0)
    settings = dict(learning_rate="cosine", learning_rate_init=0.003, batch_size=50, random_state=0)
    mender = AutoEncoder((128, 64), corruption="gaussian", corruption_level=0.3, **settings).fit(X)
    vae = AutoEncoder((128, 8), variational=True, **settings).fit(X)
    noisy = X_test[:10] + 0.3 * np.random.default_rng(0).standard_normal((10, 64))
    rows = {
        "unseen": X_test[:10],
        "noisy": noisy,
        "restored": mender.predict(noisy),
        "generated": vae.sample(10, random_state=0),
    }
    figure, axes = plt.subplots(4, 10, figsize=(8.3, 3.8), layout="constrained")
    for line, (name, images) in zip(axes, rows.items(), strict=True):
        line[0].set_ylabel(name)
        for ax, image in zip(line, images, strict=True):
            ax.imshow(image.reshape(8, 8), cmap="gray", vmin=0, vmax=1)
            ax.set(xticks=[], yticks=[])
            ax.grid(False)
    return figure


def tables():
    """Draw the encoding of a number, and the loss on held-out rows."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.3, 4.8), layout="constrained")
    x = np.sort(np.random.default_rng(0).lognormal(0, 0.6, 400))[:, None]
    encoder = TableEncoder(n_bins=4).fit(x)
    columns = encoder.transform(x).T
    left.plot(x, columns[0], color="black", linewidth=2, label="scaled and squashed")
    for i, column in enumerate(columns[1:]):
        left.plot(x, column, label=f"bin {i}")
    left.set(
        xlabel="number in the table",
        ylabel="inputs of the network, bins standardized",
        xlim=(0, 4),
        ylim=(-2, 5.2),
    )
    left.legend(loc="upper right")
    for name, load, kind in [
        ("breast cancer", load_breast_cancer, TabularMLPClassifier),
        ("diabetes", load_diabetes, TabularMLPRegressor),
    ]:
        with threadpool_limits(1):
            net = kind(random_state=0).fit(*load(return_X_y=True))
        loss = net.history_["out_of_fold_loss"]
        right.plot(net.history_["epoch"], loss / loss.min(), label=name)
    right.set(xlabel="epoch", ylabel="loss on held-out rows / lowest")
    right.legend()
    return figure


def calibration():
    """Draw the reliability of probabilities, calibrated on held-out rows and not."""
    X, y = make_classification(4000, n_informative=6, flip_y=0.2, class_sep=0.7, random_state=0)
    X, X_test, y, y_test = train_test_split(X, y, test_size=0.75, random_state=0)
    networks = {
        "MLPClassifier": MLPClassifier(learning_rate_init=0.01, random_state=0),
        "TabularMLPClassifier": TabularMLPClassifier(preset="fast", random_state=0),
    }
    figure, ax = plt.subplots(figsize=(5, 4.6))
    for name, net in networks.items():
        CalibrationDisplay.from_estimator(
            net.fit(X, y), X_test, y_test, n_bins=10, strategy="quantile", name=name, ax=ax
        )
    ax.set(xlabel="predicted probability", ylabel="share of positive rows", aspect="equal")
    ax.legend(loc="upper left")
    return figure


def example(name):
    """Return an example as a module: it draws the same picture."""
    path = Path(__file__).parents[1] / "examples" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"example_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def script(name):
    """Run a short script of the gallery and return its figure."""
    with patch.object(plt, "show"):
        runpy.run_path(str(Path(__file__).parents[1] / "examples" / f"{name}.py"))
    return plt.gcf()


def forecast():
    """Draw forecasts of sunspots."""
    return example("tasks/forecast").picture(5)


def architecture_search():
    """Draw score against epochs for every candidate of a search."""
    X, y = load_digits(return_X_y=True)
    model = make_pipeline(
        StandardScaler(), MLPClassifier(learning_rate="cosine", max_iter=40, random_state=0)
    )
    search = ArchitectureSearchCV(model, n_candidates=24, factor=3, cv=3, random_state=0)
    figure, ax = plt.subplots(figsize=(8.3, 4.4), layout="constrained")
    SearchDisplay.from_estimator(search.fit(X.astype(np.float32), y), ax=ax)
    rungs = np.unique(search.history_["n_epochs"])
    ax.set_xticks(rungs, [f"{rung}" for rung in rungs])
    ax.minorticks_off()
    ax.set(title="24 architectures, most of them dropped early (some below 0.85, not drawn)")
    ax.set_ylim(0.85, 0.98)
    return figure


def search_curves():
    """Draw the loss curves of all candidates of a search for the learning rate."""
    X, y = load_digits(return_X_y=True)
    net = MLPClassifier((30,), learning_rate="cosine", max_iter=40, early_stopping=True)
    draws = {"learning_rate_init": loguniform(1e-4, 0.3)}
    search = RandomizedSearchCV(
        net.set_params(random_state=0),
        draws,
        n_iter=15,
        cv=3,
        random_state=0,
        return_loss_curves=True,
    ).fit(X / 16, y)
    figure, ax = plt.subplots(figsize=(6, 3.5))
    LossCurveDisplay.from_estimator(search, ax=ax, log_scale=True)
    ax.legend(loc="lower center", bbox_to_anchor=(0.45, 1.0), ncols=3, fontsize="small")
    return figure


def boxes(named, arrows):
    """Draw boxes and arrows, as thumbnails of examples that the pages do not run.

    Parameters
    ----------
    named : dict of tuple
        Places of boxes.
    arrows : list of tuple
        Names of two boxes.
    """
    figure, ax = plt.subplots(figsize=(4, 2.8), layout="constrained")
    for name, (x, y) in named.items():
        style = {"boxstyle": "round,pad=0.5", "facecolor": "C5", "alpha": 0.35}
        ax.text(x, y, name, ha="center", va="center", weight="bold", bbox=style)
    for begin, end in arrows:
        (x, y), (x_end, y_end) = named[begin], named[end]
        line = {"arrowstyle": "<|-|>", "linewidth": 2, "shrinkA": 24, "shrinkB": 24, "color": "C1"}
        ax.annotate("", (x_end, y_end), (x, y), arrowprops=line)
    ax.set(xlim=(0, 1), ylim=(0, 1))
    ax.set_axis_off()
    return figure


def exchange():
    """Draw the way of weights from PyTorch and back."""
    places = {"PyTorch": (0.5, 0.85), "sknn: partial_fit": (0.5, 0.15)}
    return boxes(places, [("PyTorch", "sknn: partial_fit")])


def workers():
    """Draw a cluster."""
    places = {"scheduler": (0.5, 0.85), "worker 1": (0.22, 0.15), "worker 2": (0.78, 0.15)}
    return boxes(places, [("scheduler", f"worker {i}") for i in (1, 2)])


def quickstart():
    """Draw the picture of the README."""
    return example("quickstart").picture()


PICTURES = {
    "../quickstart": quickstart,
    "network": network,
    "gan": partial(script, "architectures/counterfeiter"),
    "architecture_search": architecture_search,
    "search_curves": search_curves,
    "from_pytorch": exchange,
    "cluster": workers,
    "filters": partial(script, "architectures/digit_filters"),
    "memory": partial(script, "architectures/remembered"),
    "forecast": forecast,
    "deep_belief": partial(script, "architectures/pretraining"),
    "boltzmann": partial(script, "architectures/boltzmann_filters"),
    "xor": partial(script, "networks/xor"),
    "output_layers": partial(script, "networks/multilabel_outputs"),
    "backprop": partial(script, "gradients/backprop_by_hand"),
    "initial_weights": partial(script, "gradients/initial_weights"),
    "learning_rates": partial(script, "training/learning_rates"),
    "searches": partial(script, "generalization/equal_seconds"),
    "activations": activation_curves,
    "gradient_norms": partial(script, "gradients/vanishing_gradient"),
    "batch_sizes": partial(script, "training/batch_sizes"),
    "few_labels": partial(script, "generalization/few_labels"),
    "ten_starts": partial(script, "training/ten_starts"),
    "schedules": schedule_curves,
    "overfitting": overfitting,
    "rate_range": rate_range,
    "autoencoder": autoencoder,
    "tables": tables,
    "calibration": calibration,
}


FOLDER = Path(__file__).parent / "_static" / "generated"


def draw(names, folder=FOLDER):
    """Write pictures into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        with warnings.catch_warnings(), plt.rc_context():
            # Curves of a fixed length are wanted here, converged or not.
            warnings.simplefilter("ignore", ConvergenceWarning)
            plt.style.use(house_style())
            save(PICTURES[name](), folder / f"{name}.png")
        plt.close("all")


def save(figure, path):
    """Write a figure with 128 colors: a third of the size, and nobody sees it."""
    content = io.BytesIO()
    figure.savefig(content, dpi=110, bbox_inches="tight")
    Image.open(content).convert("RGB").quantize(128, dither=Image.Dither.NONE).save(
        path, optimize=True
    )


if __name__ == "__main__":
    draw(sys.argv[1:] or PICTURES)
