"""Weights are exported to PyTorch and imported again."""

import numpy as np
import pytest
from scipy.special import log_softmax, softmax

from sknn import MLPClassifier, RNNClassifier
from sknn.layers import Dense, Jordan, Residual
from sknn.persistence import from_torch_state_dict, to_torch_state_dict
from tests.persistence.exchange.networks import LABELS, NETWORKS, ROWS, SIGNALS

TOLERANCE = {"float64": 1e-13, "float32": 5e-6}


def _modules(torch, net):
    """Write the network in PyTorch, from its layers alone."""
    nn, made, functions = torch.nn, torch.nn.ModuleDict(), {}
    bends = {"ReLU": torch.relu, "Tanh": torch.tanh, "Identity": lambda x: x}
    shapes = [net.network_.in_shape, *(plan.out_shape for plan in net.network_.plans)]
    layers = zip(net.network_.names, net.network_.layers, shapes, shapes[1:], strict=False)
    for name, layer, source, target in layers:
        kind, d = type(layer).__name__, source[-1]
        bias = getattr(layer, "use_bias", True)
        if kind == "Dense":
            made[name] = nn.Linear(d, layer.units, bias=bias)
        elif kind.startswith("ConvTranspose"):
            made[name] = getattr(nn, f"ConvTranspose{kind[-2]}d")(
                d, layer.filters, layer.kernel_size, layer.strides
            )
        elif kind.startswith("Conv"):
            same = layer.padding == "same"
            made[name] = getattr(nn, f"Conv{kind[-2]}d")(
                d,
                layer.filters,
                layer.kernel_size,
                layer.strides,
                padding="same" if same else 0,
                dilation=layer.dilation,
            )
        elif kind == "BatchNorm":
            made[name] = getattr(nn, f"BatchNorm{max(1, len(source) - 1)}d")(d)
        elif kind == "LayerNorm":
            made[name] = nn.LayerNorm(d, eps=layer.epsilon)
        elif kind == "Embedding":
            made[name] = nn.Embedding(layer.n_codes, layer.units)
        elif kind in ("LSTM", "GRU", "Elman"):
            cell = {"Elman": "RNN"}.get(kind, kind)
            made[name] = getattr(nn, cell)(d, layer.units, batch_first=True)
        functions[name] = (kind, layer, target)
    return made, functions, bends


def _raw(torch, net, modules, functions, bends, X):
    """Run the modules on rows, images channels first."""
    images = any(kind.startswith("Conv") for kind, *_ in functions.values())
    x = torch.from_numpy(X)
    if images and x.ndim > 2:
        x = torch.movedim(x, -1, 1)
    for name, (kind, layer, target) in functions.items():
        if kind == "Embedding":
            x = modules[name](x.long()).flatten(1)
        elif kind in ("LSTM", "GRU", "Elman"):
            x = modules[name](x)[0]
            x = x if layer.return_sequences else x[:, -1]
        elif name in modules:
            x = modules[name](x)
        elif kind == "Flatten":
            x = x.flatten(1)
        elif kind == "Reshape":
            x = x.reshape(-1, target[-1], *target[:-1])
        elif kind == "MaxPool":
            x = torch.nn.functional.max_pool2d(x, 2)
        elif kind not in ("Activate", "FillSteps"):
            raise AssertionError(kind)
        if kind not in ("LSTM", "GRU", "Elman") and hasattr(layer, "activation"):
            x = bends[type(layer.activation).__name__](x)
    return x.detach().numpy()


def _answers(net, X):
    if hasattr(net, "predict_proba"):
        return net.predict_proba(X)
    return net.predict(X).reshape(len(X), -1)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", NETWORKS)
def test_pytorch_predicts_the_same(name, dtype):
    torch = pytest.importorskip("torch", reason="compares with PyTorch")
    make, X = NETWORKS[name]
    net = make(dtype)
    X = X.astype(dtype)
    modules, functions, bends = _modules(torch, net)
    modules.to(getattr(torch, dtype)).eval()
    state = to_torch_state_dict(net)
    modules.load_state_dict({key: torch.from_numpy(array) for key, array in state.items()})
    raw = _raw(torch, net, modules, functions, bends, X)
    theirs = softmax(raw, axis=-1) if hasattr(net, "predict_proba") else raw
    ours = _answers(net, X)
    assert np.abs(ours - theirs).max() < TOLERANCE[dtype] * max(1, np.abs(ours).max())


@pytest.mark.parametrize("name", NETWORKS)
def test_weights_come_back_to_the_bit(name):
    make, X = NETWORKS[name]
    net, other = make("float32"), make("float32")
    weights = net.get_weights()
    other.set_weights(
        {layer: {k: v * 0.5 for k, v in own.items()} for layer, own in weights.items()}
    )
    assert from_torch_state_dict(other, to_torch_state_dict(net)) is other
    for layer, own in other.get_weights().items():
        for key, array in own.items():
            np.testing.assert_array_equal(array, weights[layer][key], err_msg=f"{layer}.{key}")
    np.testing.assert_array_equal(_answers(other, X), _answers(net, X))


def test_state_of_a_sequential_goes_by_its_order():
    rng = np.random.default_rng(1)
    state = {
        "0.weight": rng.normal(size=(5, 6)),
        "0.bias": rng.normal(size=5),
        "2.weight": rng.normal(size=(3, 5)),
        "2.bias": rng.normal(size=3),
    }
    net = MLPClassifier((5,), activation="tanh").initialize(ROWS, LABELS)
    from_torch_state_dict(net, state)
    hidden = np.tanh(ROWS @ state["0.weight"].T + state["0.bias"])
    wanted = log_softmax(hidden @ state["2.weight"].T + state["2.bias"], axis=1)
    np.testing.assert_allclose(net.predict_log_proba(ROWS), wanted, rtol=1e-12, atol=1e-12)
    assert list(to_torch_state_dict(net, names=["0", "2"])) == list(state)
    assert list(to_torch_state_dict(net, names={"output": "head"}))[-1] == "head.bias"
    before = net.coefs_[0].copy()
    net.partial_fit(ROWS, LABELS)
    assert 0 < np.abs(net.coefs_[0] - before).max() < 0.01


def test_layers_in_blocks_have_a_path():
    net = MLPClassifier(layers=[Residual([Dense(8), Dense(8)])], random_state=0)
    net.initialize(ROWS, LABELS)
    state = to_torch_state_dict(net)
    assert {key.rpartition(".")[0] for key in state} == {
        "residual0.hidden0",
        "residual0.hidden1",
        "residual0.shortcut",
        "output",
    }
    twin = MLPClassifier(layers=[Residual([Dense(8), Dense(8)])], random_state=1)
    twin = from_torch_state_dict(twin.initialize(ROWS, LABELS), state)
    np.testing.assert_array_equal(twin.predict_proba(ROWS), net.predict_proba(ROWS))


def _net(**params):
    return MLPClassifier((5,), random_state=0, **params).initialize(ROWS, LABELS)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s: s.pop("hidden0.weight"), "no array 'hidden0.weight'"),
        (lambda s: s.update({"hidden0.weight": np.zeros((5, 7))}), r"shape \(5, 7\)"),
        (lambda s: s.update({"output.bias": np.full(3, np.nan)}), "NaN"),
        (lambda s: s.update({"output.bias": np.full(3, 1j)}), "real numbers; it has the dtype com"),
        (lambda s: s.update({"output.bias": np.full(3, "a")}), "'output.bias'. must hold real"),
        (lambda s: s.update({"hidden0.weight_l1": np.zeros(3)}), "hidden0.weight_l1, for which"),
        (lambda s: s.update({"hidden1.weight": np.zeros(3)}), "hidden1.weight, for which"),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(change, words):
    net = _net()
    state, before = to_torch_state_dict(net), net.get_weights()
    change(state)
    with pytest.raises(ValueError, match=words):
        from_torch_state_dict(net, state)
    np.testing.assert_array_equal(net.get_weights()["hidden0"]["W"], before["hidden0"]["W"])


def test_modules_that_are_not_named_are_of_others():
    net, twin = _net(), _net()
    state = to_torch_state_dict(net, names=["0", "3"]) | {"9.weight": np.zeros(3)}
    from_torch_state_dict(twin, state, names=["0", "3"])
    np.testing.assert_array_equal(twin.predict_proba(ROWS), net.predict_proba(ROWS))
    with pytest.raises(ValueError, match=r"3.bias_l1, for which"):
        from_torch_state_dict(twin, state | {"3.bias_l1": np.zeros(3)}, names=["0", "3"])


def test_what_cannot_travel_is_refused():
    with pytest.raises(ValueError, match="2 members"):
        to_torch_state_dict(_net(n_members=2))
    with pytest.raises(TypeError, match="network of sknn"):
        to_torch_state_dict(object())
    with pytest.raises(TypeError, match="state must be a dict"):
        from_torch_state_dict(_net(), [])
    with pytest.raises(ValueError, match="names has no layers"):
        to_torch_state_dict(_net(), names={"conv0": "0"})
    with pytest.raises(ValueError, match="one name for each"):
        to_torch_state_dict(_net(), names=["0"])
    for names in (["0", "0"], {"hidden0": "output"}):
        with pytest.raises(ValueError, match="every layer a different name"):
            to_torch_state_dict(_net(), names=names)
    with pytest.raises(ValueError, match="map them with names="):
        from_torch_state_dict(_net(), {"a.weight": np.zeros(3)})
    net = RNNClassifier(layers=[Jordan(3)], max_iter=1, learning_rate="cosine").fit(SIGNALS, LABELS)
    with pytest.raises(ValueError, match="'jordan0' is a Jordan"):
        to_torch_state_dict(net)
    net = MLPClassifier(layers=[Dense(3, input_scale=6.0)]).initialize(ROWS, LABELS)
    with pytest.raises(ValueError, match="input_scale"):
        to_torch_state_dict(net)
