"""
Variational autoencoders: digits that nobody wrote
==================================================

A variational autoencoder (VAE; Kingma & Welling 2014) learns codes that are normally distributed.
So a code drawn at random can be decoded: the network generates images. And between the codes of two
images lie the codes of images in between, so that one digit turns into another.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sknn import AutoEncoder
from sknn.inspection import SamplesDisplay, house_style

X, y = load_digits(return_X_y=True)
X, X_test, y, y_test = train_test_split(X / 16, y, random_state=0)
coder = AutoEncoder(
    (128, 8),
    variational=True,
    learning_rate="cosine",
    learning_rate_init=0.003,
    batch_size=50,
    max_iter=200,
    random_state=0,
).fit(X)
elbo, divergence = (coder.history_[name][-1] for name in ("elbo", "kl"))
print(f"evidence lower bound {elbo:.2f} nats per image, of which {divergence:.2f} is divergence")

# Straight lines from code to code, and back to images.
pairs = [(0, 6), (3, 5), (4, 9), (1, 7)]
way = np.linspace(0, 1, 10)[:, None]
walks = {}
for first, last in pairs:
    a, b = coder.transform(np.array([X_test[y_test == digit][0] for digit in (first, last)]))
    walks[f"{first} to {last}"] = coder.inverse_transform(a + way * (b - a)).reshape(-1, 8, 8)

plt.style.use(house_style())
figure, (above, below) = plt.subplots(
    2, 1, figsize=(8.3, 9.2), height_ratios=(1.5, 1), layout="constrained"
)
drawn = coder.sample(40, random_state=0).reshape(5, 8, 8, 8)
SamplesDisplay(samples={" " * i: each for i, each in enumerate(drawn)}).plot(above, vmin=0, vmax=1)
above.set_title("40 codes drawn at random, decoded")
SamplesDisplay(samples=walks).plot(below, vmin=0, vmax=1)
below.set_title("from the code of one unseen digit to that of another")
plt.show()
