r"""
Softmax without overflow
========================

:math:`\mathrm{softmax}(z)_i = e^{z_i} / \sum_j e^{z_j}` does not change when the same number is
subtracted from every score. This matters on a computer: :math:`e^{710}` is more than a 64-bit
number can hold, and infinity divided by infinity is not a number (nan). If the largest score is
subtracted first, every exponent is at most 0.
"""

# sphinx_gallery_thumbnail_words = True

import matplotlib.pyplot as plt
import numpy as np

from sknn import MLPClassifier
from sknn.inspection import house_style

scores = np.array([1000.0, 1001.0, 1002.0])
with np.errstate(over="ignore", invalid="ignore"):
    naive = np.exp(scores) / np.exp(scores).sum()
shifted = np.exp(scores - scores.max())
shifted /= shifted.sum()
print("formula as written:  ", naive)
print("maximum subtracted:  ", shifted.round(3))

# A network whose scores are that large still gives an answer.
X, y = np.eye(3), np.arange(3)
net = MLPClassifier(()).initialize(X, y)
net.set_weights({"output": {"W": np.zeros((3, 3)), "b": scores}})
answer = net.predict_proba(X)[0]
print("a network of sknn:   ", answer.round(3))

# The scores 0, 1, 2, raised together. From the first overflow on, the answer is useless.
shift = np.arange(0, 1101, 2.0)
with np.errstate(over="ignore", invalid="ignore"):
    e = np.exp(shift[:, None] + [0.0, 1.0, 2.0])
    moved = np.where(np.isfinite(e).all(axis=1, keepdims=True), e / e.sum(axis=1)[:, None], np.nan)

plt.style.use(house_style())
figure, (left, right) = plt.subplots(1, 2, figsize=(8.3, 4), layout="constrained")
for i in range(3):
    left.plot(shift, moved[:, i], color=f"C{i}")
    left.text(20, moved[0, i] + 0.02, f"class {i}", color=f"C{i}")
left.axvspan(708, 1100, color="0.88", linewidth=0)
left.text(904, 0.4, "nan: $\\infty / \\infty$", ha="center", fontsize=14)
left.set(title="formula as written", xlabel="added to the scores 0, 1, 2", ylabel="probability")
left.set(ylim=(0, 1), xlim=(0, 1100))
bars = right.bar(["1000", "1001", "1002"], answer, color=["C0", "C1", "C2"])
right.bar_label(bars, fmt="%.3f")
right.set(title="maximum subtracted, as sknn does", xlabel="score", ylabel="probability")
right.set_ylim(0, 1)
plt.show()
