"""
Generative adversarial networks: coins out of noise
===================================================

A generative adversarial network (GAN; Goodfellow et al. 2014) consists of two networks: a
counterfeiter (the generator), who makes coins from noise, and a detective (the discriminator), who
distinguishes them from real ones. Each makes the other better. The real coins (gray) lie in eight
clusters on a circle. The counterfeiter begins with coins all over the place and ends with coins in
all clusters (a). The detective is right if it takes a real coin for real, or a counterfeit one for
counterfeit. In the end, it does little better than guessing (b), but it is no worse a detective: of
a counterfeit coin of epoch 12 and a real one, it names the real one more and more often. A second
pair is told which digit to draw (c). A classifier of real digits recognizes the requested one in
95% of its images (96% and 98% with two more seeds).
"""

# sphinx_gallery_thumbnail_panels = [1, 2]

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

from sknn import GAN, MLPClassifier
from sknn.callbacks import Callback
from sknn.inspection import SamplesDisplay, house_style

rng = np.random.default_rng(0)
angle = 2 * np.pi * rng.integers(8, size=4000) / 8
middles = 2 * np.column_stack([np.cos(angle), np.sin(angle)])
X = (middles + 0.05 * rng.standard_normal(middles.shape)).astype(np.float32)


class Album(Callback):
    """Keeps the pair of every epoch."""

    def on_epoch_end(self, progress):
        """Copy the pair in its current state."""
        self.__dict__.setdefault("pairs_", {})
        self.pairs_[progress.run.epoch] = progress.snapshot()


settings = {"gradient_penalty": 0.05, "averaging": 0.99, "learning_rate": "cosine"}
settings |= {"batch_size": 32, "max_iter": 60, "random_state": 0}
gan = GAN(latent_dim=2, callbacks=[Album()], **settings).fit(X)
pairs, history = gan.callbacks_[0].pairs_, gan.history_
pages = {epoch: pair.sample(1000, random_state=0) for epoch, pair in pairs.items()}
good = {
    epoch: np.mean(np.linalg.norm(coins[:, None] - middles[:100], axis=2).min(axis=1) < 0.15)
    for epoch, coins in pages.items()
}
old = {
    epoch: np.mean(pair.score_samples(X[:1000])[:, None] > pair.score_samples(pages[12]))
    for epoch, pair in pairs.items()
}
shown = (1, 12, 25, 60)
for epoch in shown:
    right, loss, other = (
        history[name][epoch - 1] for name in ("accuracy", "loss", "generator_loss")
    )
    print(f"epoch {epoch:>2}: detective right {right:.3f}, coins in a cluster {good[epoch]:.3f}")
    print(f"          real coin told from one of epoch 12: {old[epoch]:.3f}")
    print(f"          losses: detective {loss:.3f}, counterfeiter {other:.3f}")

digits, y = load_digits(return_X_y=True)
artist = GAN(output_activation="logistic", learning_rate_init=2e-3, **settings | {"max_iter": 150})
artist.fit((digits / 16).astype(np.float32), y)
asked = np.tile(np.arange(10), 100)
drawn = artist.sample(1000, y=asked, random_state=0)
judge = MLPClassifier(learning_rate="cosine", max_iter=40, random_state=0).fit(digits / 16, y)
seen = judge.predict(drawn) == asked
print(f"a classifier sees the requested digit in {seen[:40].sum()} of 40 images,")
print(f"and in {seen.mean():.1%} of 1,000")

plt.style.use(house_style())
figure = plt.figure(figsize=(8.3, 9), layout="constrained")
above, middle, below = figure.subfigures(3, 1, height_ratios=(1, 1.1, 1.25))
axes = above.subplots(1, 4, sharex=True, sharey=True)
for ax, epoch in zip(axes, shown, strict=True):
    ax.scatter(*X[:500].T, s=50, color="0.75")
    ax.scatter(*pages[epoch][:500].T, s=4, color="C1")
    ax.set(title=f"epoch {epoch}", aspect="equal", xticks=[], yticks=[])
    ax.set(xlim=(-3, 3), ylim=(-3, 3))
    ax.grid(False)
above.suptitle("a) real coins (gray) and counterfeit coins (orange)", fontsize="medium")

ax = middle.subplots()
ax.plot(history["epoch"], history["accuracy"], color="C0")
ax.plot(list(good), list(good.values()), color="C1")
ax.plot(list(old), list(old.values()), color="C0", linestyle="--")
ax.axhline(0.5, color="0.5", linestyle=":")
ax.text(60, 0.44, "guessing", color="0.4", ha="right", va="top")
ax.text(1, 0.82, "detective right", color="C0", weight="bold")
ax.text(60, 0.97, "right about the coins of epoch 12", color="C0", ha="right", weight="bold")
ax.text(60, 0.7, "counterfeit coins that lie in a cluster", color="C1", ha="right", weight="bold")
ax.set(
    title="b) in the end, the detective does little better than guessing",
    xlabel="epoch",
    ylabel="share",
)
ax.set(ylim=(0, 1.08))

ax = below.subplots()
rows = drawn[:40].reshape(4, 10, 8, 8)
SamplesDisplay(samples={" " * i: row for i, row in enumerate(rows)}).plot(ax)
ax.set_title(
    f"c) a second pair draws the digits 0 to 9 (a classifier agrees: {seen.mean():.0%} of 1,000)"
)
plt.show()
