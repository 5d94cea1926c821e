"""Contrastive divergence against enumeration: energies, likelihoods, gradients, statistics."""

import itertools

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit, logsumexp

from sknn.core.boltzmann_machine import Machine
from sknn.core.layers import Boltzmann, Defaults
from sknn.core.network import Network
from sknn.core.visible_units import Visible
from sknn.estimators.boltzmann.contrastive_divergence import (
    ContrastiveDivergence,
    SparsityTarget,
    machine_of,
    phase_gradient,
)

KINDS = sorted(Visible.registry)
D, H = 5, 4


def states(n):
    return np.array(list(itertools.product([0.0, 1.0], repeat=n)))


def machine(kind, seed=0, d=D, h=H, scale=1.0):
    rng = np.random.default_rng(seed)
    W = scale * rng.standard_normal((d, h))
    return Machine(Visible.registry[kind], W, rng.standard_normal(d), rng.standard_normal(h))


def energy(model, v, h):
    """E(v, h) as in the guide."""
    own = -v @ model.a if model.visible.name == "bernoulli" else 0.5 * ((v - model.a) ** 2).sum()
    return own - h @ model.b - v @ model.W @ h


def network(kind="bernoulli", dtype=np.float64, n_chains=0, track_activity=False):
    layer = Boltzmann(H, kind, n_chains=n_chains, track_activity=track_activity)
    net = Network([layer.bind(Defaults())], ["hidden0"], (D,), dtype)
    net.initialize(np.random.default_rng(1))
    net.trainable[...] += np.random.default_rng(2).normal(0, 0.5, net.trainable.shape)
    return net


@pytest.mark.parametrize("kind", KINDS)
def test_free_energy_sums_over_hidden_states(kind):
    model = machine(kind)
    for v in np.random.default_rng(3).random((6, D)):
        expected = -logsumexp([-energy(model, v, h) for h in states(H)])
        assert_allclose(model.free_energy(v[None]), expected)


def test_free_energy_takes_sparse_rows():
    model, v = machine("bernoulli"), states(D)
    assert_allclose(model.free_energy(sp.csr_array(v)), model.free_energy(v))


def test_probabilities_of_all_bits_add_up_to_one():
    model = machine("bernoulli")
    log_z = model.exact_log_partition()
    assert log_z.standard_error == 0.0
    assert logsumexp(-model.free_energy(states(D)) - log_z.value) == pytest.approx(0.0, abs=1e-12)


def test_density_of_real_numbers_integrates_to_one():
    model = machine("gaussian", d=2)
    line = np.arange(-14.0, 14.0, 0.25)
    points = np.array(list(itertools.product(line, line)))
    total = logsumexp(-model.free_energy(points)) + 2 * np.log(0.25)
    assert model.exact_log_partition().value == pytest.approx(total, abs=1e-10)


def test_too_many_hidden_units_are_not_enumerated():
    with pytest.raises(ValueError, match="2\\^25 states.*method='ais'"):
        machine("bernoulli", h=25).exact_log_partition()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(3))
def test_annealed_importance_sampling_agrees_with_the_sum(kind, seed):
    model = machine(kind, seed, d=8, h=10, scale=0.6)
    exact = model.exact_log_partition().value
    found = model.annealed_log_partition(np.random.default_rng(seed), n_chains=100, n_steps=500)
    assert 0 < found.standard_error < 0.1
    assert abs(found.value - exact) < 4 * found.standard_error + 0.01


def test_pseudo_likelihood_of_bits_by_definition():
    model, v = machine("bernoulli"), states(D)
    log_p = -model.free_energy(v)
    expected = np.zeros(len(v))
    for i in range(D):
        flipped = v.copy()
        flipped[:, i] = 1 - flipped[:, i]
        expected += log_p - np.logaddexp(log_p, -model.free_energy(flipped))
    assert_allclose(model.log_pseudo_likelihood(v), expected, atol=1e-12)


def test_pseudo_likelihood_of_probabilities_is_their_cross_entropy():
    model = machine("bernoulli")
    v = np.array([[0.0, 1.0, 0.3, 1.0, 0.0]])
    ends = v.repeat(2, axis=0)
    ends[:, 2] = 0, 1
    log_p = -model.free_energy(ends)
    log_p -= np.logaddexp(*log_p)
    inputs = v @ model.W + model.b - 0.3 * model.W[2]
    assert_allclose(model._log_bit(2, v[:, 2], inputs), 0.7 * log_p[0] + 0.3 * log_p[1])


def test_pseudo_likelihood_of_real_numbers_by_integration():
    model = machine("gaussian")
    v = np.random.default_rng(0).standard_normal((3, D))
    line = np.arange(-20.0, 20.0, 0.02)
    expected = np.zeros(3)
    for row, i in itertools.product(range(3), range(D)):
        moved = v[row].repeat(len(line)).reshape(D, -1).T.copy()
        moved[:, i] = line
        norm = logsumexp(-model.free_energy(moved)) + np.log(0.02)
        expected[row] -= model.free_energy(v[[row]])[0] + norm
    assert_allclose(model.log_pseudo_likelihood(v), expected, rtol=1e-10)


def test_gradient_of_the_likelihood_is_the_difference_of_the_phases():
    net = network()
    data = states(D)[[3, 7, 7, 20]]

    def mean_log_likelihood():
        model = machine_of(net)
        return -model.free_energy(data).mean() - model.exact_log_partition().value

    # Rows count -1/n; instead of samples, all states are used with their probabilities.
    model, everything = machine_of(net), states(D)
    probabilities = np.exp(-model.free_energy(everything) - model.exact_log_partition().value)
    v = np.vstack([data, everything])
    share = np.concatenate([np.full(len(data), -1 / len(data)), probabilities])[:, None]
    grad = np.zeros_like(net.trainable)
    phase_gradient(net.layout.views(grad)[0], v, model.hidden(v), share)
    for i in range(net.trainable.size):
        values = []
        for step in (1e-6, -2e-6):
            net.trainable[i] += step
            values.append(mean_log_likelihood())
        net.trainable[i] += 1e-6
        assert -(values[0] - values[1]) / 2e-6 == pytest.approx(grad[i], abs=1e-8)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n_chains", [0, 400])
def test_long_sampling_gives_the_gradient_of_the_likelihood(kind, n_chains):
    """With many Gibbs steps, the sampled gradient is the exact one, up to noise."""
    net = network(kind, n_chains=n_chains)
    net.trainable[...] *= 0.3
    rng = np.random.default_rng(0)
    data = rng.random((400, D)).round()
    objective = ContrastiveDivergence(net, 400, rng, n_gibbs=5)
    total = np.zeros_like(net.trainable)
    for _ in range(60):
        objective.batch(data, None, None)
        total += objective.grad / 60
    model = machine_of(net)
    h = states(H)
    log_h = h @ model.b + model.visible.log_integral(h @ model.W.T + model.a, model.a)
    weight = np.exp(log_h - logsumexp(log_h))[:, None]
    mean_v = model.visibles(h)
    expected = {
        "W": (mean_v * weight).T @ h - data.T @ model.hidden(data) / 400,
        "a": (mean_v * weight).sum(axis=0) - data.mean(axis=0),
        "b": (h * weight).sum(axis=0) - model.hidden(data).mean(axis=0),
    }
    for name, view in net.layout.views(total)[0].items():
        assert_allclose(view, expected[name], atol=0.04, err_msg=name)


def test_one_step_by_hand():
    """CD-1 with the uniform numbers of the generator, in the order they are drawn."""
    net, rng = network(), np.random.default_rng(5)
    data = states(D)[[1, 30, 12]]
    objective = ContrastiveDivergence(net, 3, np.random.default_rng(5))
    assert objective.batch(data, None, None) == 0.0
    p = net.params[0]
    h0 = expit(data @ p["W"] + p["b"])
    bits = (rng.random((3, H), np.float32) < h0).astype(float)
    v1 = (rng.random((3, D), np.float32) < expit(bits @ p["W"].T + p["a"])).astype(float)
    h1 = expit(v1 @ p["W"] + p["b"])
    g = net.layout.views(objective.grad)[0]
    assert_allclose(g["W"], (v1.T @ h1 - data.T @ h0) / 3, atol=1e-12)
    assert_allclose(g["a"], (v1 - data).mean(axis=0), atol=1e-12)
    assert_allclose(g["b"], (h1 - h0).mean(axis=0), atol=1e-12)


def test_chains_continue_from_batch_to_batch():
    net = network(n_chains=6)
    objective = ContrastiveDivergence(net, 3, np.random.default_rng(0))
    chains = net.params[0]["chains"]
    assert not chains.any()
    seen = []
    for _ in range(3):
        objective.batch(states(D)[:3], None, None)
        assert set(np.unique(chains)) <= {0.0, 1.0}
        seen.append(chains.copy())
    assert not np.array_equal(seen[0], seen[1]) or not np.array_equal(seen[1], seen[2])


@pytest.mark.parametrize("n_chains", [0, 6])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_stays(n_chains, dtype):
    net = network(dtype=dtype, n_chains=n_chains)
    objective = ContrastiveDivergence(net, 3, np.random.default_rng(0))
    objective.batch(states(D)[:3].astype(dtype), None, None)
    assert objective.grad.dtype == dtype
    for arrays in objective.phases.values():
        assert arrays.v.dtype == arrays.h.dtype == arrays.share.dtype == dtype


def test_persistent_weights_count_as_repeated_rows():
    data, counts = states(D)[[1, 30, 12]], np.array([1.0, 2.0, 3.0])
    weighted, repeated = network(n_chains=4), network(n_chains=4)
    one = ContrastiveDivergence(weighted, 3, np.random.default_rng(0))
    two = ContrastiveDivergence(repeated, 6, np.random.default_rng(0))
    one.batch(data, None, counts[:, None] / 2.0)  # in units of their mean
    two.batch(data.repeat([1, 2, 3], axis=0), None, None)
    assert_allclose(one.grad, two.grad, atol=1e-14)


def test_sparse_rows_are_the_same_rows():
    data = states(D)[[1, 30, 12]]
    grads = []
    for rows in (data, sp.csr_array(data)):
        objective = ContrastiveDivergence(network(), 3, np.random.default_rng(0))
        objective.batch(rows, None, None)
        grads.append(objective.grad)
    assert_array_equal(*grads)


@pytest.mark.parametrize("weighted", [False, True])
def test_sparsity_pulls_activity_towards_its_target(weighted):
    data = states(D)[[1, 30, 12]]
    weight = np.full((3, 1), 1.0) if weighted else None
    grads = []
    for sparsity in (None, SparsityTarget(0.1, 2.0)):
        net = network(track_activity=True)
        objective = ContrastiveDivergence(net, 3, np.random.default_rng(0), sparsity=sparsity)
        objective.batch(data, None, weight)
        grads.append(net.layout.views(objective.grad)[0])
    plain, pulled = grads
    h = machine_of(net).hidden(data)
    activity = 0.95 * 0.5 + 0.05 * h.mean(axis=0)
    assert_allclose(net.params[0]["activity"], activity)
    assert_allclose(pulled["b"] - plain["b"], 2.0 * (activity - 0.1), atol=1e-12)
    expected = np.outer(data.mean(axis=0), 2.0 * (activity - 0.1))
    assert_allclose(pulled["W"] - plain["W"], expected, atol=1e-12)
    assert_array_equal(pulled["a"], plain["a"])
