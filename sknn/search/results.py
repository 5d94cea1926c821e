"""Results of candidates, in the form of scikit-learn's searches."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from sknn.search.candidate import Candidate


def outcomes(candidates: list[Candidate]) -> list[dict[str, Any]]:
    """Return a copy of the outcomes of all splits, candidate by candidate."""
    return [dict(part.outcome) for each in candidates for part in each.parts]


def more_results(candidates: list[Candidate]) -> dict[str, list[Any]]:
    """Return the columns of ``cv_results_`` that show how far candidates got."""
    return {
        "bracket": [each.bracket for each in candidates],
        "rung": [each.rungs[-1][0] for each in candidates],
        "n_epochs": [max(part.n_epochs for part in each.parts) for each in candidates],
        "seconds": [sum(map(_seconds, each.parts)) for each in candidates],
    }


def _seconds(part: Any) -> float:
    return part.outcome["fit_time"] + part.outcome["score_time"]


def rank(results: dict[str, Any], budgets: list[int]) -> None:
    """Rank those that were trained longer first, and within a rung by their scores.

    All candidates, good and bad, have scores after few epochs. If these were compared with the
    scores of survivors, the best of many would often be the luckiest.

    Parameters
    ----------
    results : dict
        Its columns of ranks are replaced.
    budgets : list of int
        Epochs of the last rung of each candidate.
    """
    for name in [name for name in results if name.startswith("rank_test_")]:
        scores = results[name.replace("rank", "mean", 1)]
        sound = np.isfinite(scores)
        figures: Any = [sound, np.where(sound, budgets, 0), np.where(sound, scores, 0.0)]
        keys = np.rec.fromarrays(figures, names="sound,budget,score")  # type: ignore[call-overload]
        _, places = np.unique(keys, return_inverse=True)
        results[name] = rankdata(-places.ravel(), method="min").astype(np.int32)


def history(candidates: list[Candidate]) -> dict[str, NDArray]:
    """Return columns with a row for each rung that each candidate finished."""
    columns: dict[str, list[Any]] = {}
    for index, each in enumerate(candidates):
        for rung, parts in each.rungs:
            line: dict[str, Any] = {
                "candidate": index,
                "bracket": each.bracket,
                "rung": rung,
                "n_epochs": max(part.n_epochs for part in parts),
                "seconds": sum(map(_seconds, parts)),
            }
            for name, scores in _scores(parts).items():
                line[f"mean_test_{name}"] = np.mean(scores)
                line[f"std_test_{name}"] = np.std(scores)
            for name, value in line.items():
                columns.setdefault(name, []).append(value)
    return {name: np.array(values) for name, values in columns.items()}


def _scores(parts: list[Any]) -> dict[str, list[float]]:
    """Return the scores of all splits by name."""
    found = [part.outcome["test_scores"] for part in parts]
    names = next((scores.keys() for scores in found if isinstance(scores, dict)), None)
    if names is None:
        return {"score": found}
    return {
        name: [scores[name] if isinstance(scores, dict) else scores for scores in found]
        for name in names
    }
