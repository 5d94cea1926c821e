"""Text: where a docstring comes from
=====================================

The docstrings of the installed SciPy and scikit-learn become rows with one column per word and pair
of words; code and the names of the packages are left out. A logistic regression and the networks of
scikit-learn and sknn learn, from the same TF-IDF rows, which part a text comes from: `scipy.stats`,
`scipy.signal`, `sklearn.metrics`, and so on. The table shows the accuracy on held-out texts and the
CPU seconds of a fit on one thread; the picture shows both, and the words most typical of some of
the parts.

Run this script from the root of the repository; it takes about twenty seconds and writes one
picture::

    pip install ".[plot]"
    python examples/tasks/text.py
"""

from __future__ import annotations

import argparse
import ast
import re
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import scipy
import sklearn
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier as TheirMLPClassifier
from threadpoolctl import threadpool_limits

from sknn import MLPClassifier
from sknn.inspection import house_style

PACKAGES = (scipy, sklearn)
FEWEST = 50
"""Parts with fewer texts are left out."""


def docstrings(package: ModuleType) -> Iterator[tuple[str, str]]:
    """Yield part and text of all functions and classes of a package."""
    root = Path(package.__file__).parent
    for path in sorted(root.glob("*/**/*.py")):
        part = f"{package.__name__}.{path.relative_to(root).parts[0]}"
        if "tests" in path.parts or "._" in part or "externals" in part:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                yield part, prose(ast.get_docstring(node) or "")


def prose(text: str) -> str:
    """Return the text without examples, links, and the names of packages and parts."""
    text = re.sub(r"^\s*(>>>|\.\.\.|\.\. ).*$", "", text, flags=re.M)
    return re.sub(r"\S*(scipy|sklearn|http|numpy)\S*", "", text)


def corpus() -> tuple[list[str], list[str]]:
    """Return texts and the part each comes from; no text comes twice."""
    texts = {text: part for each in PACKAGES for part, text in docstrings(each) if len(text) > 200}
    counts = Counter(texts.values())
    kept = [(text, part) for text, part in texts.items() if counts[part] >= FEWEST]
    return [text for text, _ in kept], [part for _, part in kept]


def models(epochs: int) -> dict[str, Any]:
    """Return the models to compare."""
    ours: dict[str, Any] = {
        "hidden_layer_sizes": (32,),
        "learning_rate_init": 0.003,
        "learning_rate": "cosine",
        "batch_size": 32,
        "max_iter": epochs,
        "random_state": 0,
    }
    theirs = {name: value for name, value in ours.items() if name != "learning_rate"}
    return {
        "logistic regression": LogisticRegression(C=100.0),
        "network of scikit-learn": TheirMLPClassifier(**theirs),
        "sknn, adam": MLPClassifier(**ours),
        "sknn, lazy_adam": MLPClassifier(**ours, solver="lazy_adam"),
    }


def timed(model: Any, X: Any, y: Any) -> float:
    """Fit a model; return the CPU seconds."""
    begin = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(X, y)
    return time.process_time() - begin


def telling_words(net: MLPClassifier, X: Any, names: np.ndarray, part: str, n: int = 5) -> list:
    """Return the words that add most to the score of a part, over the rows of X."""
    where = np.flatnonzero(net.classes_ == part)[0]
    base = net.decision_function(X[:1] * 0.0)[0, where]
    # The scores of the network for one word alone, with its usual weight.
    weight = np.asarray(X.max(axis=0).todense()).ravel()
    often = np.flatnonzero(np.asarray((X > 0).sum(axis=0)).ravel() >= 10)
    rows = scipy.sparse.csr_matrix(
        (weight[often], (np.arange(len(often)), often)), (len(often), X.shape[1]), X.dtype
    )
    gain = net.decision_function(rows)[:, where] - base
    return [str(names[often[i]]) for i in np.argsort(-gain)[:n]]


def draw(results: dict[str, tuple[float, float]], words: dict[str, list], output: Path) -> None:
    """Show accuracy against seconds, and typical words."""
    plt.style.use(house_style())
    figure = plt.figure(figsize=(8.3, 7.4), layout="constrained")
    parts = figure.subfigures(2, 1, height_ratios=(1, 1.8))
    above, below = (part.subplots() for part in parts)
    bars = above.barh(list(results), [each[1] for each in results.values()], color="C0")
    labels = [f" {accuracy:.1%} right" for accuracy, _ in results.values()]
    above.bar_label(bars, labels)
    above.invert_yaxis()
    above.margins(x=0.2)
    above.set(title="time to fit, and accuracy on unseen texts", xlabel="CPU seconds")
    below.set_axis_off()
    below.set_title("words typical of a part")
    for row, (part, found) in enumerate(words.items()):
        y = 0.95 - row / len(words)
        below.text(0.0, y, part, weight="bold", transform=below.transAxes, va="top")
        below.text(0.24, y, ", ".join(found), transform=below.transAxes, va="top")
    figure.savefig(output, dpi=110)


def main() -> None:
    """Train all models, print the table, and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--output", type=Path, default=Path("text.png"))
    parser.add_argument("--epochs", type=int, default=6)
    options = parser.parse_args()
    texts, parts = corpus()
    train, test, y, y_test = train_test_split(
        texts, parts, test_size=0.3, stratify=parts, random_state=0
    )
    rows = TfidfVectorizer(
        ngram_range=(1, 2),
        min_df=2,
        sublinear_tf=True,
        token_pattern=r"[a-z]{2,}",
        dtype=np.float32,
    )
    X, X_test = rows.fit_transform(train), rows.transform(test)
    print(f"{X.shape[0]} training texts of {len(set(y))} parts, {X.shape[1]} words and pairs, "
          f"{X.nnz / X.shape[0]:.0f} per text\n")  # fmt: skip
    print(f"{'':<26}{'accuracy':>10}{'seconds':>10}")
    results = {}
    with threadpool_limits(1):
        for name, model in models(options.epochs).items():
            seconds = timed(model, X, y)
            results[name] = model.score(X_test, y_test), seconds
            print(f"{name:<26}{results[name][0]:>10.3f}{seconds:>10.2f}")
    names, shown = rows.get_feature_names_out(), sorted(set(y))[:: max(1, len(set(y)) // 9)]
    draw(results, {part: telling_words(model, X, names, part) for part in shown}, options.output)


if __name__ == "__main__":
    main()
