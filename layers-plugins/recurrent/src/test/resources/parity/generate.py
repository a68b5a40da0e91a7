"""Writes the fixtures beside this file with PyTorch (2.15.0): python generate.py. The tests only read them.

Each line: name dtype[dimensions] = numbers, row-major, with enough digits to give the float back. Sequences are
[batch, steps, units], kernels [in, gates · units]. Gradients are those of the sum of all outputs times their weights.
"""
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

torch.manual_seed(29)
torch.set_num_threads(1)
lines = []
DTYPES = {torch.float32: "f32", torch.bool: "bool"}


def put(name, tensor):
    tensor = tensor.detach()
    dimensions = ",".join(map(str, tensor.shape))
    numbers = " ".join(f"{v:.9g}" for v in map(float, tensor.reshape(-1).tolist()))
    lines.append(f"{name} {DTYPES[tensor.dtype]}[{dimensions}] = {numbers}")


def parameters(gates, fan_in, units, prefix=""):
    """Of one layer in this project's layout; of a GRU with two biases."""
    given = {
        f"{prefix}kernel": torch.randn(fan_in, gates * units) / fan_in**0.5,
        f"{prefix}recurrent_kernel": torch.randn(units, gates * units) / units**0.5,
        f"{prefix}bias": torch.randn(gates * units) / 2,
    }
    if gates == 3:
        given[f"{prefix}recurrent_bias"] = torch.randn(gates * units) / 2
    return given


def named(p, prefix, suffix):
    """Parameters of one layer under PyTorch's names; the bias we do not have is zero."""
    bias = p[f"{prefix}bias"]
    return {
        f"weight_ih_{suffix}": p[f"{prefix}kernel"].T,
        f"weight_hh_{suffix}": p[f"{prefix}recurrent_kernel"].T,
        f"bias_ih_{suffix}": bias,
        f"bias_hh_{suffix}": p.get(f"{prefix}recurrent_bias", torch.zeros_like(bias)),
    }


def case(name, function, inputs, given, mask=None):
    """function(inputs, parameters by path) gives a list of outputs."""
    xs = [x.clone().requires_grad_() for x in inputs]
    ps = {path: p.clone().requires_grad_() for path, p in given.items()}
    ys = function(xs, ps)
    weights = [torch.randn_like(y) for y in ys]
    sum((y * w).sum() for y, w in zip(ys, weights)).backward()
    for i, x in enumerate(xs):
        put(f"{name}.input.{i}", x)
        put(f"{name}.gradient.input.{i}", x.grad)
    for path, p in ps.items():
        put(f"{name}.parameter.{path}", p)
        put(f"{name}.gradient.parameter.{path}", p.grad)
    if mask is not None:
        put(f"{name}.mask", mask)
    for i, (y, w) in enumerate(zip(ys, weights)):
        put(f"{name}.weights.{i}", w)
        put(f"{name}.value.{i}", y)


def run(module, x, weights, states=None, lengths=None):
    """Sequences and last states of PyTorch's module; padded steps repeat the state before them."""
    if states is not None:
        states = tuple(s[None] for s in states)
        states = states if isinstance(module, nn.LSTM) else states[0]
    if lengths is None:
        y, last = torch.func.functional_call(module, weights, (x, states))
    else:
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        y, last = torch.func.functional_call(module, weights, (packed, states))
        y, _ = pad_packed_sequence(y, batch_first=True, total_length=x.shape[1])
    last = list(last) if isinstance(module, nn.LSTM) else [last]
    if lengths is not None and not module.bidirectional:
        real = torch.arange(x.shape[1])[None, :] < lengths[:, None]
        y = torch.where(real[..., None], y, last[0][0][:, None])
    return y, last


def mask_of(lengths, steps):
    return torch.arange(steps)[None, :] < lengths[:, None]


KINDS = {
    "simple_rnn": (1, lambda i, u, **k: nn.RNN(i, u, batch_first=True, **k)),
    "gru": (3, lambda i, u, **k: nn.GRU(i, u, batch_first=True, **k)),
    "lstm": (4, lambda i, u, **k: nn.LSTM(i, u, batch_first=True, **k)),
}
lengths = torch.tensor([4, 2, 1])

for kind, (gates, make) in KINDS.items():
    module = make(3, 2)
    states = 2 if kind == "lstm" else 1

    def last(x, p):
        return [run(module, x[0], named(p, "", "l0"))[1][0][0]]

    def all_steps(x, p):
        return [run(module, x[0], named(p, "", "l0"))[0]]

    def with_states(x, p):
        y, ends = run(module, x[0], named(p, "", "l0"), states=x[1:])
        return [y, *(e[0] for e in ends)]

    def padded(x, p):
        y, ends = run(module, x[0], named(p, "", "l0"), lengths=lengths)
        return [y, *(e[0] for e in ends)]

    def reversed_padded(x, p):
        """The first way of a module over each sequence turned round by hand."""
        turned = torch.stack([torch.cat([s[:n].flip(0), s[n:]]) for s, n in zip(x[0], lengths)])
        y, ends = run(module, turned, named(p, "", "l0"), lengths=lengths)
        zeros = torch.zeros_like(y[0])
        back = [torch.cat([s[:n].flip(0), zeros[n:]]) for s, n in zip(y, lengths)]
        return [torch.stack(back), *(e[0] for e in ends)]

    case(kind, last, [torch.randn(2, 4, 3)], parameters(gates, 3, 2))
    case(kind + "_sequences", all_steps, [torch.randn(2, 4, 3)], parameters(gates, 3, 2))
    case(kind + "_single", all_steps, [torch.randn(1, 1, 3)], parameters(gates, 3, 2))
    case(
        kind + "_states",
        with_states,
        [torch.randn(2, 3, 3), *(torch.randn(2, 2) for _ in range(states))],
        parameters(gates, 3, 2),
    )
    case(kind + "_padded", padded, [torch.randn(3, 4, 3)], parameters(gates, 3, 2), mask_of(lengths, 4))
    case(
        kind + "_reversed",
        reversed_padded,
        [torch.randn(3, 4, 3)],
        parameters(gates, 3, 2),
        mask_of(lengths, 4),
    )

    both = make(3, 2, bidirectional=True)

    def two_ways(x, p):
        weights = named(p, "forward/", "l0") | named(p, "backward/", "l0_reverse")
        _, ends = run(both, x[0], weights, lengths=lengths)
        return [torch.cat([ends[0][0], ends[0][1]], -1)]

    def two_ways_sequences(x, p):
        return [run(both, x[0], named(p, "forward/", "l0") | named(p, "backward/", "l0_reverse"))[0]]

    given = parameters(gates, 3, 2, "forward/") | parameters(gates, 3, 2, "backward/")
    case(kind + "_bidirectional_padded", two_ways, [torch.randn(3, 4, 3)], given, mask_of(lengths, 4))
    case(kind + "_bidirectional", two_ways_sequences, [torch.randn(2, 3, 3)], given)

    stacked = make(3, 2, num_layers=2)

    def one_on_another(x, p):
        weights = named(p, f"{kind}_1/", "l0") | named(p, f"{kind}_2/", "l1")
        return [run(stacked, x[0], weights)[1][0][1]]

    given = parameters(gates, 3, 2, f"{kind}_1/") | parameters(gates, 2, 2, f"{kind}_2/")
    case(kind + "_stacked", one_on_another, [torch.randn(2, 4, 3)], given)

case(
    "simple_rnn_relu",
    lambda x, p: [run(nn.RNN(3, 2, batch_first=True, nonlinearity="relu"), x[0], named(p, "", "l0"))[1][0][0]],
    [torch.randn(2, 4, 3)],
    parameters(1, 3, 2),
)
case(
    "time_distributed",
    lambda x, p: [x[0].flatten(2) @ p["layer/dense_1/kernel"] + p["layer/dense_1/bias"]],
    [torch.randn(2, 3, 2, 2)],
    {"layer/dense_1/kernel": torch.randn(4, 3), "layer/dense_1/bias": torch.randn(3)},
)

with open("parity.txt", "w") as f:
    f.write("\n".join(lines) + "\n")
