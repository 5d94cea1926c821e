"""
Coins out of noise
==================

A generative adversarial network (Goodfellow et al. 2014) consists of two networks: a counterfeiter,
who makes coins from noise, and a detective, who tells them from real ones. Each makes the other
better. The real coins (gray) lie in eight clusters on a circle. The counterfeiter begins with a
single blot, finds the circle, and then the clusters; in the end, the detective can only guess.
"""

import matplotlib.pyplot as plt
import numpy as np

from sknn import GAN
from sknn.callbacks import Callback
from sknn.inspection import SamplesDisplay, house_style

rng = np.random.default_rng(0)
angle = 2 * np.pi * rng.integers(8, size=4000) / 8
middles = 2 * np.column_stack([np.cos(angle), np.sin(angle)])
X = (middles + 0.05 * rng.standard_normal(middles.shape)).astype(np.float32)


class Album(Callback):
    """Keeps the pair as it is after some epochs."""

    def on_epoch_end(self, progress):
        """Keep a copy."""
        if progress.run.epoch in (1, 12, 25, 60):
            self.__dict__.setdefault("pages_", {})[progress.run.epoch] = progress.snapshot()


gan = GAN(
    latent_dim=2,
    gradient_penalty=0.05,
    averaging=0.99,
    learning_rate="cosine",
    batch_size=32,
    max_iter=60,
    random_state=0,
    callbacks=[Album()],
).fit(X)

named = {}
for epoch, pair in gan.callbacks_[0].pages_.items():
    coins = pair.sample(1000, random_state=0)
    near = np.linalg.norm(coins[:, None] - middles[:100], axis=2).min(axis=1) < 0.15
    right = gan.history_["accuracy"][epoch - 1]
    named[f"epoch {epoch}: detective right {right:.0%}"] = pair
    print(f"epoch {epoch:>2}: detective right {right:.2f}, coins on a heap {near.mean():.2f}")

plt.style.use(house_style())
SamplesDisplay.from_estimator(named, X[:500], n_samples=700, s=4)
plt.show()
