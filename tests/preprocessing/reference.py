"""The formulas of the encoder, column by column, in plain NumPy."""

import numpy as np


def quantile(x, q, w):
    return float(np.quantile(x, q, weights=w, method="inverted_cdf"))


def edges(x, w, n_bins):
    values = np.unique(x)
    if len(values) <= 2:
        return []
    if len(values) <= n_bins + 1:
        return list(values)
    found = sorted({quantile(x, t / n_bins, w) for t in range(n_bins + 1)})
    if len(found) <= 0.6 * n_bins:
        lacking = n_bins + 1 - len(found)
        shares = [t / (lacking + 1) for t in range(1, lacking + 1)]
        found = sorted({*found, *(quantile(values, q, np.ones(len(values))) for q in shares)})
    return found


def column(train, x, w, n_bins):
    """Return hidden number and indicator, bins, linear number and indicator of a column."""
    known = ~np.isnan(train)
    seen, v = train[known], w[known]
    median = quantile(seen, 0.5, v)
    width = quantile(seen, 0.75, v) - quantile(seen, 0.25, v)
    if width == 0:
        width = (seen.max() - seen.min()) / 2
    full = np.where(known, train, median)
    new = np.where(np.isnan(x), median, x)
    z = (new - median) / width
    mean = np.average(full, weights=w)
    std = np.sqrt(np.average((full - mean) ** 2, weights=w))
    bins = []
    e = edges(seen, v, n_bins)
    for left, right in zip(e, e[1:], strict=False):
        share = np.clip((new - left) / (right - left), 0, 1)
        usual = np.average(np.clip((full - left) / (right - left), 0, 1), weights=w)
        bins.append(2 * (share - usual))
    gone = np.isnan(x)
    marks = [] if known.all() else [gone]
    return (
        z / np.sqrt(1 + (z / 3) ** 2),
        [2.0 * gone - 1 for gone in marks],
        bins,
        (new - mean) / std,
        [1.0 * gone for gone in marks],
    )


def encode(train, x, w=None, n_bins=16):
    """Encode columns of numbers, none of them constant; `n_bins` is the number for each."""
    w = np.ones(len(train)) if w is None else w
    train, w = train[w > 0], w[w > 0]
    each = [column(train[:, j], x[:, j], w, n_bins) for j in range(train.shape[1])]
    number, mark, bins, linear, linear_mark = zip(*each, strict=True)
    hidden = [*number, *sum(mark, []), *sum(bins, [])]
    return np.column_stack([*hidden, *linear, *sum(linear_mark, [])])
