r"""
L1, L2, and weight decay
========================

L2 adds :math:`\frac{\alpha}{2 n} \sum w^2` to the mean loss of n rows. Under gradient descent,
every update then shrinks every weight by the same share, hence *weight decay*. L1 adds
:math:`\frac{l_1}{n} \sum |w|`, which pulls with the same force no matter how large the weight is,
so weights that are not needed become exactly 0.

Panel a shows the weights of the first layer for three penalties. Panel b trains twice under
gradient descent, once with L2 and once with weight decay: both lead to the same weights, so the
points lie on one line. Under Adam (c) they do not: Adam divides the gradient, and with it that of
the penalty, by the recent size of the whole gradient of that weight.

The stripe at 0 shows this best. Most of it (orange) belongs to pixels that are almost always blank.
Their gradient is hardly more than that of the penalty, which Adam therefore scales up to full
steps: L2 removes these weights. Weight decay only shrinks them slowly. The rest of the stripe
consists of the weights of hidden units that L2 removes altogether.
"""

# sphinx_gallery_thumbnail_panels = [0, 1, 2]

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sknn import MLPClassifier
from sknn.inspection import house_style

X, y = load_digits(return_X_y=True)
X, X_test, y, y_test = train_test_split(X / 16, y, random_state=0)
n = len(X)
blank = (X > 0).mean(axis=0) < 0.05  # Pixels with ink in fewer than one of twenty images.


def trained(solver, rate, **penalty):
    net = MLPClassifier(
        (40,), solver=solver, batch_size=32, learning_rate="cosine", learning_rate_init=rate,
        max_iter=80, n_iter_no_change=80, momentum=0.0, random_state=0, **penalty,
    )  # fmt: skip
    return net.fit(X, y)


plt.style.use(house_style())
figure = plt.figure(figsize=(8.3, 8.4), layout="constrained")
above, below = figure.subfigures(2, 1, height_ratios=(1, 1.15))
penalties = {
    "no penalty": {"alpha": 0.0},
    "L2: alpha=5": {"alpha": 5.0},
    "L1: l1=2": {"alpha": 0.0, "l1": 2.0},
}
for i, (ax, (name, penalty)) in enumerate(
    zip(above.subplots(1, 3, sharey=True), penalties.items(), strict=True)
):
    net = trained("sgd", 0.5, **penalty)
    W, accuracy = net.coefs_[0], net.score(X_test, y_test)
    print(f"{name:<13} {(W == 0).mean():6.1%} of weights are 0, accuracy {accuracy:.3f}")
    ax.hist(W.ravel(), bins=np.linspace(-1.8, 1.8, 61), color=f"C{i}")
    ax.set(title=f"a) {name}\n{(W == 0).mean():.0%} are 0", yscale="log", xlabel="weight")
above.axes[0].set_ylabel("number of weights")

solvers = {
    "b) gradient descent: L2 is weight decay": ("sgd", 0.5),
    "c) Adam: L2 is not weight decay": ("adam", 0.003),
}
for ax, (name, (solver, rate)) in zip(below.subplots(1, 2), solvers.items(), strict=True):
    l2 = trained(solver, rate, alpha=20.0).coefs_[0]
    decayed = trained(solver, rate, alpha=0.0, weight_decay=20.0 / n).coefs_[0]
    print(f"{solver}: L2 and weight decay differ by at most {np.abs(l2 - decayed).max():.6f}")
    ax.axline((0, 0), slope=1, color="0.6", linewidth=1)
    for rows, color, kind in [(~blank, "C0", "5% of images or more"), (blank, "C1", "fewer")]:
        ax.plot(l2[rows].ravel(), decayed[rows].ravel(), ".", color=color, markersize=4, label=kind)
    ax.set(title=name, xlabel="weight with L2 (alpha=20)", ylabel="with weight_decay=20/n")
size, size_decayed = (np.abs(weights[blank]).mean() for weights in (l2, decayed))
print(f"adam, almost blank pixels: mean size {size:.3f} with L2, {size_decayed:.3f} with decay")
ax.set_ylim(-1.1, 1.9)
ax.legend(title="pixels with ink in", loc="upper left", markerscale=3)
plt.show()
