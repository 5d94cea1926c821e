"""A Dask cluster: search, ensemble, stream
===========================================

Run with ``python examples/tasks/cluster.py``; needs ``pip install ".[dask]"``.
"""

# sphinx_gallery_thumbnail_path = '_static/generated/cluster.png'

import joblib
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV, train_test_split

from sknn import MLPClassifier
from sknn.streams import fit_blocks


def main():
    import dask.array as da
    from distributed import Client, LocalCluster

    X, y = load_digits(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X / 16, y, random_state=0)
    net = MLPClassifier((32,), learning_rate="cosine", max_iter=10, random_state=0)
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster),
    ):
        with joblib.parallel_config("dask"):
            search = GridSearchCV(net, {"learning_rate_init": [0.003, 0.01]}, cv=3)
            best = search.fit(X_train, y_train).best_params_
            print("best of the search:", best)
            team = MLPClassifier(**net.get_params() | best | {"n_members": 4})
            print(f"four members: {team.fit(X_train, y_train).score(X_test, y_test):.3f}")
        proba, std = team.predict_proba(X_test, return_std=True)
        sure = std[np.arange(len(proba)), proba.argmax(axis=1)] < 0.1
        print(f"where they agree: {team.score(X_test[sure], y_test[sure]):.3f}")
        lazy = da.from_array(X_train, chunks=(300, 64))
        stream = MLPClassifier((32,), learning_rate_init=0.01, random_state=0)
        fit_blocks(stream, lazy, y_train, epochs=10, classes=np.unique(y))
        print(f"block by block: {stream.score(X_test, y_test):.3f}")
        both = MLPClassifier((32,), learning_rate_init=0.02, random_state=0)
        fit_blocks(both, lazy, y_train, epochs=20, classes=np.unique(y), together=2)
        print(f"two blocks side by side: {both.score(X_test, y_test):.3f}")


if __name__ == "__main__":
    main()
