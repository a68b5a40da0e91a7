"""Writes the fixtures beside this file with PyTorch (2.15.0): python generate.py. The tests only read them.

Each line: name dtype[dimensions] = numbers, row-major, with enough digits to give the float back. Kernels are [in, out].
Gradients are those of the sum of all outputs times their weights.
"""
import math

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(23)
torch.set_num_threads(1)
lines = []
DTYPES = {torch.float32: "f32", torch.int32: "i32", torch.bool: "bool"}


def put(name, tensor):
    tensor = tensor.detach()
    values = tensor.reshape(-1).tolist()
    dimensions = ",".join(map(str, tensor.shape))
    numbers = " ".join(f"{v:.9g}" for v in map(float, values))
    lines.append(f"{name} {DTYPES[tensor.dtype]}[{dimensions}] = {numbers}")


def random(*shape):
    return torch.randn(*shape)


def leaf(tensor):
    return tensor.clone().requires_grad_(tensor.is_floating_point())


def case(name, function, inputs, parameters, mask=None):
    """function(inputs, parameters by path) gives one output; everything in this project's layout."""
    xs = [leaf(x) for x in inputs]
    ps = {path: leaf(p) for path, p in parameters.items()}
    y = function(xs, ps)
    weights = torch.randn_like(y)
    (y * weights).sum().backward()
    for i, x in enumerate(xs):
        put(f"{name}.input.{i}", x)
        if x.is_floating_point():
            put(f"{name}.gradient.input.{i}", x.grad)
    for path, p in ps.items():
        put(f"{name}.parameter.{path}", p)
        put(f"{name}.gradient.parameter.{path}", p.grad)
    if mask is not None:
        put(f"{name}.mask", mask)
    put(f"{name}.weights.0", weights)
    put(f"{name}.value.0", y)


# Embedding
ids = torch.tensor([[3, 1, 0, 0], [2, 3, 4, 0]], dtype=torch.int32)
case("embedding", lambda x, p: F.embedding(x[0], p["kernel"]), [ids], {"kernel": random(5, 3)})
case("embedding_scaled", lambda x, p: F.embedding(x[0], p["kernel"]) * math.sqrt(3), [ids], {"kernel": random(5, 3)})
case("embedding_logits", lambda x, p: x[0] @ p["kernel"].T, [random(2, 3, 4)], {"kernel": random(5, 4)})


# Positions
def waves(steps, units):
    """The table of the PyTorch tutorials on sequence-to-sequence Transformers."""
    position = torch.arange(steps).unsqueeze(1)
    divisor = torch.exp(torch.arange(0, units, 2) * (-math.log(10000.0) / units))
    table = torch.zeros(steps, units)
    table[:, 0::2] = torch.sin(position * divisor)
    table[:, 1::2] = torch.cos(position * divisor)
    return table


case("sinusoidal_positions", lambda x, p: x[0] + waves(5, 6), [random(2, 5, 6)], {})
case("learned_positions", lambda x, p: x[0] + p["kernel"][:3], [random(2, 3, 4)], {"kernel": random(5, 4)})

# Normalization
case(
    "layer_normalization",
    lambda x, p: F.layer_norm(x[0], [5], p["scale"], p["bias"], 1e-5),
    [random(2, 3, 5) * 3 + 1],
    {"scale": random(5), "bias": random(5)},
)
case("rms_normalization", lambda x, p: F.rms_norm(x[0], [5], p["scale"], 1e-6), [random(2, 3, 5)], {"scale": random(5)})


# Attention
def dense(path, fan_in, units):
    return {f"{path}kernel": random(fan_in, units) / math.sqrt(fan_in), f"{path}bias": random(units)}


def attention_parameters(units, memory=None, prefix=""):
    parameters = {}
    for name in ("query", "key", "value", "output"):
        fan_in = units if name in ("query", "output") else memory or units
        parameters |= dense(f"{prefix}{name}/", fan_in, units)
    return parameters


def packed(p, what, prefix=""):
    """in_proj_weight or in_proj_bias."""
    return torch.cat([p[f"{prefix}{n}/{what}"].T for n in ("query", "key", "value")])


def attend(query, memory, p, heads, causal=False, real=None, prefix=""):
    """nn.MultiheadAttention by its function."""
    units = query.shape[-1]
    weight, separate = None, {}
    if memory.shape[-1] == units:
        weight = packed(p, "kernel", prefix)
    else:
        names = {"q_proj_weight": "query", "k_proj_weight": "key", "v_proj_weight": "value"}
        separate = {k: p[f"{prefix}{n}/kernel"].T for k, n in names.items()}
    steps, keys = query.shape[1], memory.shape[1]
    y, _ = F.multi_head_attention_forward(
        query.transpose(0, 1),
        memory.transpose(0, 1),
        memory.transpose(0, 1),
        units,
        heads,
        weight,
        packed(p, "bias", prefix),
        None,
        None,
        False,
        0.0,
        p[f"{prefix}output/kernel"].T,
        p[f"{prefix}output/bias"],
        key_padding_mask=None if real is None else ~real,
        need_weights=False,
        attn_mask=torch.triu(torch.ones(steps, keys, dtype=torch.bool), 1) if causal else None,
        use_separate_proj_weight=weight is None,
        **separate,
    )
    return y.transpose(0, 1)


real = torch.tensor([[True, True, True, False], [True, False, False, False]])
case(
    "multi_head_attention",
    lambda x, p: attend(x[0], x[0], p, 2, real=real),
    [random(2, 4, 6)],
    attention_parameters(6),
    mask=real,
)
case(
    "multi_head_attention_causal",
    lambda x, p: attend(x[0], x[0], p, 3, causal=True),
    [random(1, 5, 6)],
    attention_parameters(6),
)
case(
    "multi_head_attention_cross",
    lambda x, p: attend(x[0], x[1], p, 2, real=real),
    [random(2, 3, 6), random(2, 4, 5), real],
    attention_parameters(6, 5),
)
case(
    "multi_head_attention_single",
    lambda x, p: attend(x[0], x[0], p, 2),
    [random(1, 1, 4)],
    attention_parameters(4),
)


def turned(x, period=10000.0):
    """x [batch, steps, heads, size]; written with complex numbers, unlike the layer."""
    half = x.shape[-1] // 2
    angle = torch.outer(torch.arange(x.shape[1]).float(), period ** (-torch.arange(half) / half))
    z = torch.complex(x[..., :half], x[..., half:]) * torch.polar(torch.ones_like(angle), angle)[:, None]
    return torch.cat([z.real, z.imag], -1)


def rotary(x, p, heads):
    batch, steps, units = x.shape

    def split(name):
        y = x @ p[f"{name}/kernel"] + p[f"{name}/bias"]
        return y.reshape(batch, steps, heads, units // heads)

    q, k, v = turned(split("query")), turned(split("key")), split("value")
    y = F.scaled_dot_product_attention(q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2), is_causal=True)
    y = y.transpose(1, 2).reshape(batch, steps, units)
    return y @ p["output/kernel"] + p["output/bias"]


case(
    "multi_head_attention_rotary",
    lambda x, p: rotary(x[0], p, 2),
    [random(2, 4, 8)],
    attention_parameters(8),
)

# The op itself, in blocks of 3: [batch, heads, steps, size]
real_keys = torch.tensor([[True] * 5 + [False] * 3, [False, True, True, True, True, True, True, False]])


def heads_attention(x, causal, mask):
    q, k, v = x[:3]
    allowed = torch.ones(q.shape[0], 1, q.shape[2], k.shape[2], dtype=torch.bool)
    if causal:
        allowed = allowed.tril(k.shape[2] - q.shape[2])
    if mask is not None:
        allowed = allowed & mask[:, None, None, :]
    return F.scaled_dot_product_attention(q, k, v, attn_mask=allowed)


shapes = [(2, 2, 5, 4), (2, 2, 8, 4), (2, 2, 8, 3)]
case("attention", lambda x, p: heads_attention(x, False, None), [random(*s) for s in shapes], {})
case("attention_causal", lambda x, p: heads_attention(x, True, None), [random(*s) for s in shapes], {})
case("attention_masked", lambda x, p: heads_attention(x, False, real_keys), [*(random(*s) for s in shapes), real_keys], {})
case(
    "attention_causal_masked",
    lambda x, p: heads_attention(x, True, real_keys),
    [*(random(*s) for s in shapes), real_keys],
    {},
)


# Blocks of a Transformer; parameters by the path here, values copied into PyTorch's own module
def block_parameters(units, hidden, attentions, normalizations):
    parameters = {}
    for name in attentions:
        parameters |= attention_parameters(units, prefix=name + "/")
    parameters |= dense("dense_1/", units, hidden) | dense("dense_2/", hidden, units)
    for i in range(1, normalizations + 1):
        parameters |= {f"normalization_{i}/scale": 1 + random(units) / 4, f"normalization_{i}/bias": random(units)}
    return parameters


def block(module, p, attentions):
    """The module as a function of p, so that gradients reach p."""
    named = {}
    for ours, theirs in attentions.items():
        named[f"{theirs}.in_proj_weight"] = packed(p, "kernel", ours + "/")
        named[f"{theirs}.in_proj_bias"] = packed(p, "bias", ours + "/")
        named[f"{theirs}.out_proj.weight"] = p[f"{ours}/output/kernel"].T
        named[f"{theirs}.out_proj.bias"] = p[f"{ours}/output/bias"]
    for i in (1, 2):
        named[f"linear{i}.weight"] = p[f"dense_{i}/kernel"].T
        named[f"linear{i}.bias"] = p[f"dense_{i}/bias"]
    for i in range(1, 4):
        if f"normalization_{i}/scale" in p:
            named[f"norm{i}.weight"] = p[f"normalization_{i}/scale"]
            named[f"norm{i}.bias"] = p[f"normalization_{i}/bias"]
    assert named.keys() == dict(module.named_parameters()).keys()
    return lambda *args, **kwargs: torch.func.functional_call(module, named, args, kwargs)


for name, first in (("", False), ("_normalized_first", True)):
    encoder = nn.TransformerEncoderLayer(4, 2, 6, 0.0, "gelu" if first else "relu", batch_first=True, norm_first=first)
    case(
        "transformer_encoder" + name,
        lambda x, p: block(encoder, p, {"attention": "self_attn"})(x[0], src_key_padding_mask=~real),
        [random(2, 4, 4)],
        block_parameters(4, 6, ["attention"], 2),
        mask=real,
    )
    decoder = nn.TransformerDecoderLayer(4, 2, 6, 0.0, batch_first=True, norm_first=first)
    case(
        "transformer_decoder" + name,
        lambda x, p: block(decoder, p, {"attention": "self_attn", "cross_attention": "multihead_attn"})(
            x[0],
            x[1],
            tgt_mask=torch.triu(torch.ones(3, 3, dtype=torch.bool), 1),
            memory_key_padding_mask=~real,
        ),
        [random(2, 3, 4), random(2, 4, 4), real],
        block_parameters(4, 6, ["attention", "cross_attention"], 3),
    )


# A whole model of two blocks, tied, normalized first
def whole(x, p):
    units, real, real_target = 4, x[0] != 0, x[1] != 0
    kernels = p["source/kernel"], p["target/kernel"]
    seen, looking = (
        F.embedding(ids, kernel) * math.sqrt(units) + waves(ids.shape[1], units) for ids, kernel in zip(x, kernels)
    )

    def below(prefix):
        return {path[len(prefix) :]: value for path, value in p.items() if path.startswith(prefix)}

    def normalized(y, name):
        return F.layer_norm(y, [units], p[f"{name}_normalization/scale"], p[f"{name}_normalization/bias"])

    for i in (1, 2):
        own = below(f"encoder_{i}/")
        module = nn.TransformerEncoderLayer(units, 2, 5, 0.0, batch_first=True, norm_first=True)
        seen = block(module, own, {"attention": "self_attn"})(seen, src_key_padding_mask=~real)
    memory = normalized(seen, "encoder")
    steps = x[1].shape[1]
    for i in (1, 2):
        own = below(f"decoder_{i}/")
        module = nn.TransformerDecoderLayer(units, 2, 5, 0.0, batch_first=True, norm_first=True)
        looking = block(module, own, {"attention": "self_attn", "cross_attention": "multihead_attn"})(
            looking,
            memory,
            tgt_mask=torch.triu(torch.ones(steps, steps, dtype=torch.bool), 1),
            tgt_key_padding_mask=~real_target,
            memory_key_padding_mask=~real,
        )
    return normalized(looking, "decoder") @ p["target/kernel"].T


given = {"source/kernel": random(5, 4), "target/kernel": random(6, 4)}
for i in (1, 2):
    parts = {"encoder": (["attention"], 2), "decoder": (["attention", "cross_attention"], 3)}
    for side, (attentions, normalizations) in parts.items():
        named = block_parameters(4, 5, attentions, normalizations)
        given |= {f"{side}_{i}/{path}": value for path, value in named.items()}
for side in ("encoder", "decoder"):
    given |= {f"{side}_normalization/scale": random(4), f"{side}_normalization/bias": random(4)}
sentences = torch.tensor([[3, 1, 4, 2], [2, 3, 0, 0]], dtype=torch.int32)
answers = torch.tensor([[1, 5, 3], [1, 4, 0]], dtype=torch.int32)
case("transformer", whole, [sentences, answers], given)

with open("parity.txt", "w") as f:
    f.write("\n".join(lines) + "\n")
