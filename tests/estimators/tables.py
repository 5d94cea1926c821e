"""A table with columns of all kinds, for estimators that return tables."""

import numpy as np
import pytest


def mixed(n=300, seed=0):
    """Return a table with columns of all kinds, some of which depend on others."""
    pd = pytest.importorskip("pandas")
    rng = np.random.default_rng(seed)
    color = rng.choice(["red", "green", "blue"], n, p=[0.6, 0.3, 0.1])
    size = rng.normal(size=n) + 3.0 * (color == "red")
    table = pd.DataFrame(
        {
            "size": size,
            "color": pd.Categorical(color, ["blue", "green", "red", "white"], ordered=True),
            "count": rng.poisson(40, n),
            "price": np.round(np.exp(rng.normal(size=n)), 2),
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 400, n), unit="D"),
            "flag": rng.random(n) < 0.3,
            "note": rng.choice(["a", "b", None], n),
            "rest": np.where(rng.random(n) < 0.7, 0.0, rng.exponential(size=n)),
            "wait": pd.to_timedelta(rng.integers(0, 90, n), unit="min"),
            "grade": rng.integers(1, 5, n).astype("int8"),
            "maybe": pd.array(rng.integers(0, 3, n), dtype="Int64"),
        }
    )
    table.loc[rng.random(n) < 0.2, "size"] = np.nan
    table.loc[rng.random(n) < 0.2, "maybe"] = pd.NA
    return table


def like(made, table):
    """Check that a table has the columns of another, with entries that are valid in it."""
    assert made.columns.tolist() == table.columns.tolist()
    assert made.dtypes.tolist() == table.dtypes.tolist()
    assert set(made.color.dropna()) <= set(table.color) and made.color.cat.ordered
    full = [name for name in table if not table[name].isna().any()]
    assert not made[full].isna().any(axis=None)
    assert (made.price.round(2) == made.price).all()
    assert (made.day == made.day.dt.normalize()).all()
    assert made["count"].between(table["count"].min(), table["count"].max()).all()
    return made
