"""Draw the pictures that the README and the guide show: ``python docs/pictures.py``.

They are kept in the repository, with few colors, so that pages show them without being built. Names
on the command line draw these pictures alone.
"""

import importlib.util
import io
import sys
import warnings
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402
from scipy.stats import loguniform  # noqa: E402
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris  # noqa: E402
from sklearn.exceptions import ConvergenceWarning  # noqa: E402
from sklearn.model_selection import train_test_split  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402
from threadpoolctl import threadpool_limits  # noqa: E402

from sknn import (  # noqa: E402
    AutoEncoder,
    DBNClassifier,
    MLPClassifier,
    TabularMLPClassifier,
    TabularMLPRegressor,
    activations,
    schedules,
)
from sknn.callbacks import LearningRateRange  # noqa: E402
from sknn.inspection import LossCurveDisplay, NetworkDisplay, house_style  # noqa: E402
from sknn.preprocessing import TableEncoder  # noqa: E402
from sknn.search import RandomizedSearchCV  # noqa: E402


def network():
    """Draw a network that knows three kinds of iris: every unit, every weight."""
    iris = load_iris(as_frame=True)
    X = (iris.data - iris.data.mean()) / iris.data.std()
    X.columns = ["sepal length", "sepal width", "petal length", "petal width"]
    net = MLPClassifier((6, 5), solver="lbfgs", alpha=1.0, max_iter=500, random_state=0)
    net.fit(X, iris.target_names[iris.target])
    return NetworkDisplay.from_estimator(net).figure_


def xor():
    """Draw decision regions of XOR without and with a hidden layer."""
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float)
    y = np.array([0, 1, 1, 0])
    grid = np.stack(np.meshgrid(*[np.linspace(-0.5, 1.5, 200)] * 2), axis=-1)
    figure, axes = plt.subplots(1, 2, figsize=(8, 3.8), sharey=True)
    for ax, sizes in zip(axes, [(), (4,)], strict=True):
        net = MLPClassifier(sizes, activation="tanh", solver="lbfgs", random_state=0).fit(X, y)
        p = net.predict_proba(grid.reshape(-1, 2))[:, 1].reshape(grid.shape[:2])
        ax.grid(False)
        ax.imshow(p, extent=(-0.5, 1.5) * 2, origin="lower", cmap="RdBu", vmin=0, vmax=1)
        ax.scatter(
            *X.T, c=y, cmap="RdBu", vmin=-0.2, vmax=1.2, edgecolors="white", s=110, linewidths=2
        )
        kind = "no hidden layer" if not sizes else "one hidden layer of 4"
        ax.set(title=f"{kind}: {net.score(X, y):.0%} right", xlabel="$x_1$", ylabel="$x_2$")
    return figure


def activation_curves():
    """Draw every activation and its derivative."""
    kinds = sorted(activations.Activation.registry.items())
    z = np.linspace(-4, 4, 401)
    figure, axes = plt.subplots(3, 5, figsize=(11, 6), sharex=True)
    for ax in axes.flat[len(kinds) :]:
        ax.axis("off")
    for ax, (name, kind) in zip(axes.flat, kinds, strict=False):
        curve, slope = values_and_slopes(kind(), z)
        ax.plot(z, curve, label="f(z)")
        ax.plot(z, slope, "--", label="f'(z)")
        ax.set(title=name, ylim=(-1.6, 2.6))
    axes[0, 0].legend()
    return figure


def values_and_slopes(activation, z):
    """Return f(z) and f'(z) as the network computes them."""
    state, y, slope = z.copy(), np.empty_like(z), np.ones_like(z)
    activation.forward(state, y)
    work = activation.work_dtype
    work = None if work is None else np.empty(z.shape, z.dtype if work == "same" else work)
    activation.backward(state if activation.needs_input else y, y.copy(), slope, work)
    return y, slope


def gradient_norms():
    """Draw the norm of each layer's gradient in a deep network."""
    X, y = load_digits(return_X_y=True)
    X, y = X[:200] / 16, y[:200]
    figure, ax = plt.subplots(figsize=(7, 4))
    lines = [("logistic", "normal"), ("logistic", "glorot_normal"), ("relu", "normal"),
             ("relu", "glorot_normal"), ("relu", "he_normal")]  # fmt: skip
    for activation, weight_init in lines:
        net = MLPClassifier(
            (50,) * 8, activation, solver="sgd", momentum=0, learning_rate_init=1.0, alpha=0,
            batch_size=200, weight_init=weight_init, random_state=0,
        ).initialize(X, y)  # fmt: skip
        before = net.get_weights()
        after = net.partial_fit(X, y).get_weights()
        norms = [np.linalg.norm(before[name]["W"] - after[name]["W"]) for name in before]
        style = "--" if activation == "logistic" else "-"
        label = f"{activation}, {weight_init}"
        ax.semilogy(range(1, 10), norms, style, marker="o", label=label)
    ax.set(xlabel="layer, counted from the input", ylabel="norm of the gradient of W")
    ax.legend(fontsize="small")
    return figure


def batch_sizes():
    """Draw the training loss against seconds for three batch sizes."""
    X, y = load_digits(return_X_y=True)
    X = X / 16
    figure, ax = plt.subplots(figsize=(7, 4))
    for size, epochs, rate in [(1, 20, 0.01), (32, 60, 0.1), (len(X), 900, 0.5)]:
        net = MLPClassifier(
            (50,), solver="sgd", learning_rate="cosine", learning_rate_init=rate, alpha=0.1,
            batch_size=size, max_iter=epochs, n_iter_no_change=np.inf, random_state=0,
        ).fit(X, y)  # fmt: skip
        seconds = np.cumsum(net.history_["seconds"])
        label = f"batch_size={size}, {epochs} epochs, rate {rate}"
        ax.loglog(seconds, net.loss_curve_, label=label)
    ax.set(xlabel="seconds", ylabel="training loss")
    ax.legend()
    return figure


def schedule_curves():
    """Draw schedules that depend on time alone, and batches that grow or shrink."""
    epochs, per_epoch = 50, 20
    kinds = [schedules.Constant(), schedules.InverseScaling(), schedules.Exponential(),
             schedules.Step(), schedules.Cosine(warmup=0.1), schedules.OneCycle(),
             schedules.CosLog(), schedules.FlatCosine()]  # fmt: skip
    figure, axes = plt.subplots(2, 5, figsize=(12, 4.6), sharex=True, layout="constrained")
    steps = np.arange(epochs * per_epoch)
    for ax, kind in zip(axes[:, :4].flat, kinds, strict=True):
        factors = [
            kind.factor(s / per_epoch if kind.per_update else s // per_epoch, int(s), epochs, {})
            for s in steps
        ]
        ax.plot(steps / per_epoch, factors)
        ax.set(title=type(kind).__name__, ylim=(-0.03, 1.05))
    for ax, (first, last) in zip(axes[:, 4], [(32, 512), (512, 32)], strict=True):
        size = schedules.BatchSize(first, last)
        rows = [size.size(epoch, epochs, 10_000) for epoch in range(epochs)]
        ax.step(range(epochs), rows, color="C1")
        ax.set(title=f"BatchSize({first}, {last})", ylabel="rows of a batch")
    for ax in axes[:, 0]:
        ax.set_ylabel("factor on the rate")
    figure.supxlabel("epoch")
    return figure


def overfitting():
    """Draw training and validation loss of a small and a large network, and of stopping early."""
    X, y = load_breast_cancer(return_X_y=True)
    X, X_val, y, y_val = train_test_split(X, y, train_size=120, random_state=3)
    scaler = StandardScaler().fit(X)
    X, X_val = scaler.transform(X), scaler.transform(X_val)
    figure, axes = plt.subplots(1, 2, figsize=(10, 3.8), sharey=True)
    for ax, alpha in zip(axes, [0.0, 3.0], strict=True):
        net = MLPClassifier(
            (100, 100), learning_rate_init=0.003, alpha=alpha, max_iter=150,
            n_iter_no_change=np.inf, random_state=0,
        ).fit(X, y, X_val=X_val, y_val=y_val)  # fmt: skip
        history = net.history_
        best = int(np.argmin(history["validation_loss"]))
        ax.plot(history["epoch"], history["loss"] - history["penalty"], "C0", label="training")
        ax.plot(history["epoch"], history["loss"], "C0:", label="training with penalty")
        ax.plot(history["epoch"], history["validation_loss"], "C1--", label="validation")
        ax.axvline(history["epoch"][best], color="gray", linewidth=1, label="best epoch")
        ax.set(title=f"alpha={alpha:g}", xlabel="epoch", ylim=(0, 0.5))
    axes[0].set_ylabel("loss")
    axes[0].legend(fontsize="small")
    return figure


def rate_range():
    """Draw a range test of learning rates on the digits."""
    X, y = load_digits(return_X_y=True)
    net = MLPClassifier(max_iter=20, random_state=0, callbacks=[LearningRateRange(high=10.0)])
    figure, ax = plt.subplots(figsize=(6, 3.5))
    net.fit(X / 16, y).callbacks_[0].plot(ax)
    return figure


def deep_belief():
    """Draw the training loss of a deep logistic network from three starts."""
    X, y = load_digits(return_X_y=True)
    same = {"learning_rate": "cosine", "learning_rate_init": 0.01, "max_iter": 30,
            "n_iter_no_change": np.inf, "random_state": 0}  # fmt: skip
    sizes = (100,) * 4
    starts = {
        "$N(0, 0.01^2)$": MLPClassifier(sizes, "logistic", weight_init="normal", **same),
        "scikit-learn's uniform": MLPClassifier(sizes, "logistic", **same),
        "pretrained": DBNClassifier(sizes, **same),
    }
    figure, ax = plt.subplots(figsize=(7, 4))
    for name, net in starts.items():
        ax.plot(net.fit(X / 16, y).loss_curve_, label=name)
    ax.set(xlabel="epoch of backpropagation", ylabel="training loss")
    ax.legend(title="initial weights")
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
        "mended": mender.predict(noisy),
        "invented": vae.sample(10, random_state=0),
    }
    figure, axes = plt.subplots(4, 10, figsize=(9, 3.8))
    for line, (name, images) in zip(axes, rows.items(), strict=True):
        line[0].set_ylabel(name)
        for ax, image in zip(line, images, strict=True):
            ax.imshow(image.reshape(8, 8), cmap="gray", vmin=0, vmax=1)
            ax.set(xticks=[], yticks=[])
            ax.grid(False)
    return figure


def tables():
    """Draw what becomes of a number, and the loss on rows held out."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.8))
    x = np.sort(np.random.default_rng(0).lognormal(0, 0.6, 400))[:, None]
    encoder = TableEncoder(n_bins=4).fit(x)
    columns = encoder.transform(x).T
    left.plot(x, columns[0], color="black", linewidth=2, label="scaled and bent")
    for i, column in enumerate(columns[1:]):
        left.plot(x, column, label=f"bin {i}")
    left.set(
        xlabel="number in the table",
        ylabel="inputs of the network, bins standardized",
        xlim=(0, 4),
        ylim=(-2, 3),
    )
    left.legend(fontsize="small")
    for name, load, kind in [
        ("breast cancer", load_breast_cancer, TabularMLPClassifier),
        ("diabetes", load_diabetes, TabularMLPRegressor),
    ]:
        with threadpool_limits(1):
            net = kind(random_state=0).fit(*load(return_X_y=True))
        loss = net.history_["out_of_fold_loss"]
        right.plot(net.history_["epoch"], loss / loss.min(), label=name)
    right.set(xlabel="epoch", ylabel="loss on rows held out / least")
    right.legend(fontsize="small")
    return figure


def example(name):
    """Return an example as a module: it draws the same picture."""
    path = Path(__file__).parents[1] / "examples" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"example_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def filters():
    """Draw filters and feature maps of a digit."""
    return example("filters").picture()


def memory():
    """Draw slopes of answers in time, and a hidden state."""
    return example("memory").picture(40, 4000, 25)


def forecast():
    """Draw forecasts of sunspots."""
    return example("forecast").picture(5)


def gan():
    """Draw false coins over the epochs, both losses, and digits on demand."""
    return example("gan").picture()


def architecture_search():
    """Draw score against epochs for every candidate of a search."""
    return example("architecture_search").picture(40)


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


def quickstart():
    """Draw the picture of the README."""
    return example("quickstart").picture()


PICTURES = {
    "../quickstart": quickstart,
    "network": network,
    "gan": gan,
    "architecture_search": architecture_search,
    "search_curves": search_curves,
    "filters": filters,
    "memory": memory,
    "forecast": forecast,
    "deep_belief": deep_belief,
    "xor": xor,
    "activations": activation_curves,
    "gradient_norms": gradient_norms,
    "batch_sizes": batch_sizes,
    "schedules": schedule_curves,
    "overfitting": overfitting,
    "rate_range": rate_range,
    "autoencoder": autoencoder,
    "tables": tables,
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
