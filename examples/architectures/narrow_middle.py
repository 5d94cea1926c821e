"""
Autoencoders: through a narrow middle
=====================================

An autoencoder learns to reconstruct its input. The point is the narrow middle: if two numbers must
describe 64 pixels, they describe what distinguishes the images, and do so better than the two best
linear features (PCA). A network that gets noisy images and has clean ones as its target learns to
remove noise. Labels are used only for the colors.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.model_selection import train_test_split

from sknn import AutoEncoder
from sknn.inspection import ReconstructionDisplay, SamplesDisplay, house_style

X, y = load_digits(return_X_y=True)
X, X_test, y, y_test = train_test_split(X / 16, y, random_state=0)
settings = {"learning_rate": "cosine", "learning_rate_init": 0.003, "batch_size": 50}
settings |= {"random_state": 0}

coder = AutoEncoder((128, 64, 2), ["relu", "relu", "identity"], max_iter=120, **settings).fit(X)
pca = PCA(2).fit(X)
errors = {
    "PCA": np.mean((pca.inverse_transform(pca.transform(X_test)) - X_test) ** 2),
    "autoencoder": -coder.score(X_test),
}
for name, error in errors.items():
    print(f"squared error from two numbers, {name} {error:.4f}")

# %%
# Noise is added anew to every batch of training.

noisy = X_test + 0.3 * np.random.default_rng(0).standard_normal(X_test.shape)
mender = AutoEncoder(
    (256, 64), corruption="gaussian", corruption_level=0.3, max_iter=80, **settings
).fit(X)
for name, rows in {"noisy": noisy, "mended": mender.predict(noisy)}.items():
    print(f"squared error, {name} {np.mean((rows - X_test) ** 2):.4f}")

plt.style.use(house_style())
figure = plt.figure(figsize=(10.5, 7.2), layout="constrained")
above, below = figure.subfigures(2, 1, height_ratios=(1.7, 1))
left, right = above.subplots(1, 2)
for ax, name, codes in [
    (left, "PCA", pca.transform(X_test)),
    (right, "autoencoder", coder.transform(X_test)),
]:
    ReconstructionDisplay(kind="codes", codes=codes, labels=y_test).plot(ax)
    ax.set_title(f"{name}: two numbers an image, error {errors[name]:.3f}")
left.get_legend().remove()
rows = {"unseen": X_test, "noisy": noisy, "mended": mender.predict(noisy)}
images = {name: each[:14].reshape(-1, 8, 8) for name, each in rows.items()}
SamplesDisplay(samples=images).plot(below.subplots(), vmin=0, vmax=1)
plt.show()
