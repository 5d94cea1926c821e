"""The examples run, print what they promise, and write their pictures."""

from __future__ import annotations

import ast
import re
import runpy
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
README = EXAMPLES.parent / "README.md"
# Short scripts and what they print: a pattern of numbers, and what they must satisfy.
STATEMENTS = [
    (
        "networks/xor.py",
        r"accuracy (\d\.\d+)",
        lambda straight, bent: straight <= 0.75 and bent == 1.0,
    ),
    ("networks/layers.py", r": (\d+) weights", lambda flat, deep: flat < deep),
    (
        "networks/linear_layers.py",
        r"R2 (0\.\d+)",
        lambda line, identity, tanh: abs(line - identity) < 1e-3 and tanh > 0.9,
    ),
    (
        "networks/multilabel_outputs.py",
        r"both circles \[(\S+) +(\S+?)\]",
        lambda *p: min(p[:2]) > 0.9 and max(p[2:]) < 0.7,
    ),
    (
        "networks/softmax_overflow.py",
        r"of sknn: +\[(\S+) +(\S+) +(\S+)\]",
        lambda *p: abs(sum(p) - 1) < 0.01,
    ),
    (
        "networks/bias.py",
        r"(?:accuracy|R2) (\d\.\d+)",
        lambda without, border, most, fixed, curve: (
            border > 0.95 and most < without < most + 0.1 and curve > fixed + 0.3
        ),
    ),
    ("networks/digit_weights.py", r"digits (0\.\d+)", lambda *right: min(right) > 0.9),
    (
        "networks/hidden_features.py",
        r"neighbors (0\.\d+)",
        lambda linear, before, after: after > linear + 0.15 > before + 0.15,
    ),
    (
        "networks/why_this_answer.py",
        r"(?:shuffled|same order:) (0\.\d+)",
        lambda a, b, c, together: together > a >= b >= c > 0.01,
    ),
    ("gradients/backprop_by_hand.py", r"(\de-\d+)$", lambda *far: max(far) < 1e-6),
    (
        "gradients/sigmoid_and_squared_error.py",
        r"after (\d+) steps",
        lambda entropy, squared: squared > 5 * entropy,
    ),
    (
        "gradients/initial_weights.py",
        r"(?:layer 10|loss) ([\d.]+(?:e-\d+)?)",
        lambda *of: (
            of[0] < 1e-6 < of[1] < 0.1 < min(of[2:4])
            and min(of[4:7]) > 2.2
            and max(of[10:]) < 0.1
            and len(of) == 16
        ),
    ),
    (
        "gradients/few_inputs.py",
        r"(\d+) pixels hold .* digits (0\.\d+)",
        lambda *of: (
            max(of[:8:2]) < min(of[8::2]) and max(of[1:8:2]) < min(of[9::2]) and len(of) == 16
        ),
    ),
    (
        "gradients/vanishing_gradient.py",
        r"layer +(\S+) .*(?:vanishing|nothing wrong)",
        lambda *ratios: max(ratios[:3]) < 1e-4 and min(ratios[3:]) > 0.1 and len(ratios) == 5,
    ),
    (
        "training/three_losses.py",
        r"n error (\S+), squared error (\S+), cross-entropy (\S+)",
        lambda *of: of[0] == of[3] == of[6] and of[1] > of[7] > of[4] and of[2] > of[5] == of[8],
    ),
    ("training/epochs.py", r"loss (\d\.\d+)", lambda *of: sorted(of, reverse=True) == list(of)),
    (
        "training/batch_sizes.py",
        r"^(?:1 row|32 rows|all rows) +(?:loss \S+, unseen digits (0\.\d+)|(\S+) ms)",
        lambda *of: max(of[::2]) - min(of[::2]) < 0.01 and of[3] < 8 * of[1] and len(of) == 6,
    ),
    (
        "training/optimizer_paths.py",
        r"(?:60 steps|30 epochs) ([^\s,]+)",
        lambda *of: (
            of[0] > max(of[2::2])
            and min(of[1], of[5]) > 2 * max(of[7], of[9])
            and min(of[7], of[9]) > 2 * max(of[3], of[11])
            and len(of) == 12
        ),
    ),
    (
        "training/learning_rates.py",
        r"largest loss (\S+), after 150 (\S+)",
        lambda *of: of[1] > 2.2 and of[3] < 0.6 and of[4] > 100 and of[5] > 50,
    ),
    (
        "training/ten_starts.py",
        r"(\d\.\d+)",
        lambda low, high, hill, a, b, c, *twins: (
            low == a and high == c > 1.3 * b and hill > 2 * b and max(twins) < 0.05
        ),
    ),
    (
        "generalization/scaling.py",
        r"loss (\d\.\d+), accuracy on unseen wines (\d\.\d+)",
        lambda *of: of[0] > 50 * max(of[2], of[4]) and min(of[3], of[5]) > of[1] + 0.03,
    ),
    (
        "generalization/overfitting.py",
        r"unseen rows (\d\.\d+)",
        lambda heart, *ways: heart > 1.4 * max(ways) and heart > 3 * min(ways),
    ),
    (
        "generalization/l1_and_l2.py",
        r"(\d+\.\d)% of|at most (\S+)|size (\S+) with L2, (\S+) with",
        lambda none, l2, l1, sgd, adam, removed, shrunk: (
            none == l2 == 0 and l1 > 30 and sgd < 1e-6 and adam > 0.1 and removed < 0.1 * shrunk
        ),
    ),
    (
        "generalization/drifting_stream.py",
        r"chunks (0\.\d+)",
        lambda once, along, again: once < 0.4 and along > 0.9 > again + 0.1,
    ),
    (
        "generalization/equal_seconds.py",
        r"(?:best|more) (0\.\d+)",
        lambda grid, at_random, more, *best: (
            grid + 0.04 < min(at_random, more) and min(best) > 0.85
        ),
    ),
    (
        "generalization/few_labels.py",
        r"accuracy (0\.\d+)",
        lambda *right: sum(right[:3]) + 0.01 < sum(right[3:6]) < sum(right[6:]) - 0.01,
    ),
    (
        "architectures/narrow_middle.py",
        r"(?:PCA|encoder|noisy|restored) (0\.\d+)",
        lambda pca, few, coder, many, noisy, clean: (
            coder < 0.7 * pca and many > few + 0.2 and clean < 0.3 * noisy
        ),
    ),
    (
        "architectures/between_digits.py",
        r"bound (-\d+\.\d+) nats per image, of which (\d\.\d+)",
        lambda bound, divergence: -25 < bound < -22 and divergence > 2,
    ),
    (
        "architectures/boltzmann_filters.py",
        r"(0\.\d+)$",
        lambda mean, machine: machine < 0.85 * mean,
    ),
    (
        "architectures/pretraining.py",
        r"digits (0\.\d+)",
        lambda small, xavier, longer, relu, pretrained: (
            small < 0.3 and pretrained > max(0.9, xavier) and min(longer, relu) > pretrained - 0.02
        ),
    ),
    (
        "architectures/remembered.py",
        r"(?:variance|first mark, \w+) +(\d\.\d+)",
        lambda *of: (
            max(of[:4]) < 0.2
            and min(of[12:14]) > 0.5
            and max(of[14:18]) < 0.3
            and min(of[18:]) > 0.7
        ),
    ),
    (
        "architectures/counterfeiter.py",
        r"right (0\.\d+), .* cluster (0\.\d+)|(\d+\.\d)% of 1,000",
        lambda *of: of[0] > 0.7 > of[-3] and of[1] < 0.1 and of[-2] > 0.6 and of[-1] > 90,
    ),
    (
        "architectures/digit_filters.py",
        r"CNN (0\.\d+), dense (0\.\d+)",
        lambda *of: min(of[:2]) > 0.96 and of[2] > of[3] + 0.15,
    ),
]


@pytest.fixture(autouse=True)
def headless(request, monkeypatch):
    """Draw without a window; forget styles and figures afterward."""
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        yield
        return
    plt.switch_backend("Agg")
    monkeypatch.setattr(plt, "show", lambda: None)
    with plt.rc_context():
        yield
    plt.close("all")


def run(name: str, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", [name, *arguments])
    runpy.run_path(str(EXAMPLES / name), run_name="__main__")


def draw(name: str) -> Any:
    """Run a script block by block, as sphinx-gallery does, and return its only figure.

    The gallery closes figures at the end of a block, prints the value of a block's last line, and
    shows the picture first if there is only one block of code.
    """
    import matplotlib.pyplot as plt

    plt.close("all")
    figures, scope = [], {"__name__": "__main__"}
    source = (EXAMPLES / name).read_text(encoding="utf-8")
    for block in re.split(r"^# %%.*$", source, flags=re.MULTILINE):
        *lines, last = ast.parse(block).body
        if not isinstance(last, ast.Expr):
            lines, last = [*lines, last], None
        exec(compile(ast.Module(lines, []), name, "exec"), scope)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), name, "eval"), scope)
            assert value is None or isinstance(last.value, ast.Constant), f"prints {value!r}"
        figures += map(plt.figure, plt.get_fignums())
        plt.close("all")
    (figure,) = figures
    assert all(ax.has_data() for ax in figure.axes), "some axes are empty"
    return figure


def assert_picture(path: Path) -> None:
    content = path.read_bytes()
    assert content.startswith(b"\x89PNG")
    assert len(content) > 10_000


# A comparison at equal seconds takes that long; the others train for some seconds.
LONG = (
    "generalization/scaling.py",
    "training/learning_rates.py",
    "generalization/equal_seconds.py",
    "generalization/few_labels.py",
    "architectures/narrow_middle.py",
    "architectures/remembered.py",
    "architectures/counterfeiter.py",
    "architectures/pretraining.py",
    "architectures/digit_filters.py",
    "training/batch_sizes.py",
    "training/ten_starts.py",
    "generalization/l1_and_l2.py",
    "architectures/boltzmann_filters.py",
    "architectures/between_digits.py",
    "generalization/overfitting.py",
    "generalization/drifting_stream.py",
    "gradients/few_inputs.py",
    "gradients/initial_weights.py",
    "gradients/vanishing_gradient.py",
    "networks/digit_weights.py",
    "training/optimizer_paths.py",
)


@pytest.mark.parametrize(
    ("script", "pattern", "holds"),
    [
        pytest.param(*row, id=row[0], marks=[pytest.mark.slow] if row[0] in LONG else [])
        for row in STATEMENTS
    ],
)
def test_a_short_script_shows_its_statement(script, pattern, holds, tmp_path, capsys):
    pytest.importorskip("matplotlib", reason="the examples draw")
    figure = draw(script)
    printed = capsys.readouterr().out
    found = [
        each for match in re.finditer(pattern, printed, re.M) for each in match.groups() if each
    ]
    assert found, printed
    assert holds(*map(float, found)), printed
    picture = tmp_path / "picture.png"
    figure.savefig(picture, dpi=80)
    assert_picture(picture)


def test_every_short_script_is_in_the_table_and_has_its_place_in_the_gallery():
    scripts = {path.relative_to(EXAMPLES) for path in EXAMPLES.glob("*/*.py")}
    short = {str(path) for path in scripts if path.parts[0] != "tasks"}
    assert short == {script for script, *_ in STATEMENTS}
    order = runpy.run_path(str(EXAMPLES.parent / "docs" / "gallery.py"))["TAUGHT"]
    assert sorted(order) == sorted(["quickstart", *(path.stem for path in scripts)])


def test_every_example_is_linked_to_a_section_of_the_guide():
    pytest.importorskip("sphinx", reason="the table is in a Sphinx extension")
    docs = EXAMPLES.parent / "docs"
    places = runpy.run_path(str(docs / "example_links.py"))["EXPLAINED"]
    scripts = {str(path.relative_to(EXAMPLES).with_suffix("")) for path in EXAMPLES.rglob("*.py")}
    assert set(places) == scripts
    for place in places.values():
        page, _, anchor = place.partition("#")
        text = (docs / f"{page}.md").read_text(encoding="utf-8")
        headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
        anchors = {re.sub(r"[^a-z0-9]+", "-", each.lower()).strip("-") for each in headings}
        assert not anchor or anchor in anchors, place


def test_quickstart_compares_three_tasks_and_draws(tmp_path, monkeypatch, capsys):
    pytest.importorskip("matplotlib", reason="the examples draw")
    picture = tmp_path / "quickstart.png"
    run("quickstart.py", monkeypatch, "--quick", "--output", str(picture))
    printed = capsys.readouterr().out
    for task in ("digits, accuracy", "diabetes, R2", "breast cancer stream, accuracy"):
        number = r"\s+-?\d+\.\d+"
        assert re.search(f"{task}{number}{number} s{number}{number} s", printed), printed
    assert_picture(picture)


@pytest.mark.slow
def test_features_of_boltzmann_machines_beat_pixels(tmp_path, monkeypatch, capsys):
    pytest.importorskip("matplotlib", reason="the examples draw")
    picture = tmp_path / "rbm_digits.png"
    with warnings.catch_warnings():
        run("tasks/rbm_digits.py", monkeypatch, "--quick", "--output", str(picture))
    rows = dict(re.findall(r"^(\w.*?)\s{2,}(0\.\d+)", capsys.readouterr().out, re.M))
    assert float(rows["RBM of sknn, same settings"]) > float(rows["raw pixels"])
    assert_picture(picture)


def test_snippets_of_the_readme_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    namespace: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), namespace)


@pytest.mark.slow
def test_tables_need_no_pipeline(tmp_path, monkeypatch, capsys):
    pytest.importorskip("matplotlib", reason="the examples draw")
    pytest.importorskip("pandas", reason="the example makes frames")
    picture = tmp_path / "tables.png"
    run("tasks/tables.py", monkeypatch, "--seeds", "1", "--output", str(picture))
    rows = re.findall(r"^  sknn\s+(\d\.\d+)\s+(\d\.\d+)", capsys.readouterr().out, re.M)
    (wrong, log_loss), _, (error, _) = [map(float, row) for row in rows]
    assert wrong < 0.15
    assert log_loss < 0.4
    assert error < 1.0
    assert_picture(picture)


@pytest.mark.slow
def test_weights_of_words_wait_and_give_the_same(tmp_path, monkeypatch, capsys):
    pytest.importorskip("matplotlib", reason="the examples draw")
    picture = tmp_path / "text.png"
    run("tasks/text.py", monkeypatch, "--epochs", "3", "--output", str(picture))
    rows = re.findall(r"^(\w.*?)\s{2,}(0\.\d+) +(\d+\.\d+)$", capsys.readouterr().out, re.M)
    scores = {name: float(accuracy) for name, accuracy, _ in rows}
    ours, adam = scores["sknn, lazy_adam"], scores["sknn, adam"]
    assert abs(ours - adam) < 0.01
    assert ours > 0.8
    assert_picture(picture)


@pytest.mark.slow
def test_forecast_beats_the_last_cycle(tmp_path, monkeypatch, capsys):
    pytest.importorskip("matplotlib", reason="the examples draw")
    pytest.importorskip("statsmodels", reason="the numbers of sunspots come with it")
    picture = tmp_path / "forecast.png"
    with warnings.catch_warnings():
        run("tasks/forecast.py", monkeypatch, "--members", "2", "--output", str(picture))
    rows = re.findall(r"^all\s+(\d+\.\d)\s+(\d+\.\d)", capsys.readouterr().out, re.M)
    network, naive = map(float, rows[0])
    assert network < 0.95 * naive
    assert_picture(picture)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.timeout(120)
def test_cluster_searches_gathers_and_streams(monkeypatch, capsys):
    pytest.importorskip("distributed", reason="the example starts a cluster")
    run("tasks/cluster.py", monkeypatch)
    printed = capsys.readouterr().out
    for what in ("four members", "where they agree", "block by block"):
        assert float(re.search(rf"{what}: (\S+)", printed)[1]) > 0.9, printed


def test_scikit_learn_halves_over_epochs(tmp_path, monkeypatch, capsys):
    pytest.importorskip("matplotlib", reason="the examples draw")
    picture = tmp_path / "halving_search.png"
    run("tasks/halving_search.py", monkeypatch, "--epochs", "9", "--output", str(picture))
    assert_picture(picture)
    printed = capsys.readouterr().out
    assert re.search(r"epochs\s+1 3 9\ncandidates\s+9 3 1", printed), printed
    assert float(re.search(r"digits (0\.\d+)", printed)[1]) > 0.85


def test_optuna_prunes_over_partial_fit(tmp_path, monkeypatch, capsys):
    pytest.importorskip("optuna", reason="the example is about it")
    pytest.importorskip("matplotlib", reason="the examples draw")
    picture = tmp_path / "optuna_pruning.png"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run(
            "tasks/optuna_pruning.py",
            monkeypatch,
            "--epochs",
            "6",
            "--trials",
            "8",
            "--output",
            str(picture),
        )
    assert_picture(picture)
    printed = capsys.readouterr().out
    assert int(re.search(r"trials 8, pruned (\d)", printed)[1]) >= 1
    assert float(re.search(r"accuracy (0\.\d+)", printed)[1]) > 0.9


@pytest.mark.slow
def test_the_winner_of_a_search_continues_and_comes_back(tmp_path, monkeypatch, capsys):
    pytest.importorskip("matplotlib", reason="the examples draw")
    picture = tmp_path / "search_winner.png"
    run("tasks/search_winner.py", monkeypatch, "--seeds", "1", "--output", str(picture))
    printed = capsys.readouterr().out
    winner, longer, dropping, back = map(float, re.findall(r"\s{2,}(0\.\d+)$", printed, re.M))
    assert min(longer, dropping) > winner - 0.01
    assert back == dropping
    assert_picture(picture)


def test_a_network_of_pytorch_continues_learning(tmp_path, monkeypatch, capsys):
    pytest.importorskip("matplotlib", reason="the examples draw")
    pytest.importorskip("torch", reason="the network comes from PyTorch")
    picture = tmp_path / "from_pytorch.png"
    run("tasks/from_pytorch.py", monkeypatch, "--output", str(picture))
    first, last = map(
        float,
        re.findall(r"from PyTorch accuracy (0\.\d+).*?(0\.\d+) after", capsys.readouterr().out)[0],
    )
    assert last > first + 0.1
    assert_picture(picture)
