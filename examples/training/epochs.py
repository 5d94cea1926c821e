"""
Forward, loss, backward, update
===============================

Training repeats four steps: rows go forward, the loss says how far off the predictions are, errors
go backward, and the weights are updated. An epoch is one pass over all rows. ``history_`` records
every epoch; ``partial_fit`` trains one epoch at a time.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_moons
from sklearn.inspection import DecisionBoundaryDisplay
from sklearn.model_selection import train_test_split

from sknn import MLPClassifier
from sknn.inspection import house_style

X, y = make_moons(400, noise=0.2, random_state=0)
X, X_test, y, y_test = train_test_split(X, y, random_state=0)
net = MLPClassifier((30, 30), learning_rate_init=0.005, batch_size=32, random_state=2)

shown, accuracy = (1, 3, 10, 100), []
plt.style.use(house_style())
figure = plt.figure(figsize=(11, 6.2), layout="constrained")
above, below = figure.subfigures(2, 1)
axes = iter(above.subplots(1, 4))
for epoch in range(1, 101):
    net.partial_fit(X, y, classes=[0, 1])
    accuracy.append(net.score(X_test, y_test))
    if epoch in shown:
        ax = next(axes)
        DecisionBoundaryDisplay.from_estimator(
            net, X, ax=ax, cmap="RdBu_r", alpha=0.5, response_method="predict_proba"
        )
        ax.scatter(*X.T, c=np.where(y == 1, "C1", "C0"), s=8, edgecolors="white", linewidths=0.4)
        ax.set(title=f"after epoch {epoch}", xticks=[], yticks=[], xlabel="", ylabel="")
        print(f"epoch {epoch:>3}: loss {net.history_['loss'][-1]:.3f}, accuracy {accuracy[-1]:.3f}")

left, right = below.subplots(1, 2)
left.plot(net.history_["epoch"], net.history_["loss"])
left.set(title="history_['loss']", xlabel="epoch", ylabel="training loss", ylim=(0, None))
right.plot(range(1, 101), accuracy, color="C2")
right.set(title="unseen rows", xlabel="epoch", ylabel="accuracy", ylim=(None, 1.0))
for ax in (left, right):
    for epoch in shown:
        ax.axvline(epoch, color="0.5", linewidth=1, linestyle=":")
plt.show()
