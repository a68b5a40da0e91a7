"""Writes curves.txt beside this file with PyTorch (2.15.0): python generate.py. The test only reads it.

Three small models are trained for 100 steps of Adam, batch by batch in order, dropout 0; the file holds the loss of each
step. First values and data are computed here and in the test by the same rule, see `numbers`. Parameters have the paths,
shapes and layout of this project and are handed to PyTorch's own modules transposed; the second bias of PyTorch's LSTM,
which is redundant and which we do not have, stays at zero.
"""
import math

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

torch.set_num_threads(1)
STEPS, EXAMPLES, BATCH = 100, 64, 8


def numbers(seed):
    """0 … 1, without end: x ← (1103515245 x + 12345) mod 2^31, divided by 2^31."""
    x = seed & 0x7FFFFFFF
    while True:
        x = (1103515245 * x + 12345) & 0x7FFFFFFF
        yield x / 2**31


def seed_of(path):
    """Java's String.hashCode."""
    h = 0
    for character in path:
        h = (31 * h + ord(character)) & 0xFFFFFFFF
    return h


def first(path, shape):
    """Biases are 0, scales 1, everything else is uniform in ±1/√(all but the last dimension)."""
    if len(shape) == 1:
        return torch.full(shape, 1.0 if path.endswith("scale") else 0.0)
    rule, limit = numbers(seed_of(path)), 1 / math.sqrt(math.prod(shape[:-1]))
    values = [(2 * next(rule) - 1) * limit for _ in range(math.prod(shape))]
    return torch.tensor(values, dtype=torch.float64).float().reshape(shape)


def sentences(seed, vocabulary, longest):
    """Ids 1 … vocabulary - 1, at least 3 of them, then 0."""
    rule = numbers(seed)
    rows = []
    for _ in range(EXAMPLES):
        length = 3 + int(next(rule) * (longest - 2))
        row = [1 + int(next(rule) * (vocabulary - 1)) for _ in range(length)]
        rows.append(row + [0] * (longest - length))
    return torch.tensor(rows)


def train(name, shapes, loss, data, rate):
    """loss(parameters, batch of each tensor of the data)."""
    p = {path: first(path, shape).requires_grad_() for path, shape in shapes.items()}
    optimizer = torch.optim.Adam(p.values(), lr=rate)
    losses = []
    for step in range(STEPS):
        at = step * BATCH % EXAMPLES
        optimizer.zero_grad()
        value = loss(p, *(x[at : at + BATCH] for x in data))
        value.backward()
        optimizer.step()
        losses.append(value.item())
    print(name, losses[0], losses[-1])
    return f"{name} f32[{STEPS}] = " + " ".join(f"{v:.9g}" for v in losses)


# Two LSTMs on padded sentences; the class is that of the second word
def lstm_loss(p, ids, labels):
    lengths = (ids != 0).sum(1)
    x = F.embedding(ids, p["embedding_1/kernel"])
    for layer, units in ((1, 12), (2, 8)):
        at = f"lstm_{layer}/"
        weights = {
            "weight_ih_l0": p[at + "kernel"].T,
            "weight_hh_l0": p[at + "recurrent_kernel"].T,
            "bias_ih_l0": p[at + "bias"],
            "bias_hh_l0": torch.zeros(4 * units),
        }
        module = nn.LSTM(x.shape[-1], units, batch_first=True)
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        y, (last, _) = torch.func.functional_call(module, weights, (packed,))
        x, _ = pad_packed_sequence(y, batch_first=True, total_length=ids.shape[1])
    return F.cross_entropy(last[0] @ p["dense_1/kernel"] + p["dense_1/bias"], labels)


lstm_shapes = {
    "embedding_1/kernel": (20, 8),
    "lstm_1/kernel": (8, 48),
    "lstm_1/recurrent_kernel": (12, 48),
    "lstm_1/bias": (48,),
    "lstm_2/kernel": (12, 32),
    "lstm_2/recurrent_kernel": (8, 32),
    "lstm_2/bias": (32,),
    "dense_1/kernel": (8, 3),
    "dense_1/bias": (3,),
}
words = sentences(1, 20, 10)
lines = [train("lstm", lstm_shapes, lstm_loss, (words, words[:, 1] % 3), 0.01)]

# A convolution on pictures; the class is the quarter with most ink, of the upper two and the lower half
rule = numbers(2)
pictures = torch.tensor([next(rule) for _ in range(EXAMPLES * 100)], dtype=torch.float64).float().reshape(-1, 10, 10, 1)
ink = torch.stack(
    [pictures[:, :5, :5].sum((1, 2, 3)), pictures[:, :5, 5:].sum((1, 2, 3)), pictures[:, 5:].sum((1, 2, 3)) / 2], 1
)


def cnn_loss(p, x, labels):
    kernel = p["convolution2d_1/kernel"].permute(3, 2, 0, 1)
    y = F.max_pool2d(F.relu(F.conv2d(x.permute(0, 3, 1, 2), kernel, p["convolution2d_1/bias"])), 2)
    flat = y.permute(0, 2, 3, 1).flatten(1)
    return F.cross_entropy(flat @ p["dense_1/kernel"] + p["dense_1/bias"], labels)


cnn_shapes = {
    "convolution2d_1/kernel": (3, 3, 1, 4),
    "convolution2d_1/bias": (4,),
    "dense_1/kernel": (64, 3),
    "dense_1/bias": (3,),
}
lines.append(train("cnn", cnn_shapes, cnn_loss, (pictures, ink.argmax(1)), 0.003))

# A Transformer that turns sentences round; padding does not count
UNITS, HIDDEN, HEADS, WORDS, LONGEST = 16, 32, 2, 12, 8


def waves(steps):
    position = torch.arange(steps, dtype=torch.float64)[:, None]
    unit = torch.arange(UNITS)[None, :]
    angle = position / 10000 ** ((unit - unit % 2) / UNITS)
    return torch.where(unit % 2 == 0, angle.sin(), angle.cos()).float()


def attention(p, at, theirs):
    three = [f"{at}/{name}/" for name in ("query", "key", "value")]
    return {
        f"{theirs}.in_proj_weight": torch.cat([p[name + "kernel"].T for name in three]),
        f"{theirs}.in_proj_bias": torch.cat([p[name + "bias"] for name in three]),
        f"{theirs}.out_proj.weight": p[f"{at}/output/kernel"].T,
        f"{theirs}.out_proj.bias": p[f"{at}/output/bias"],
    }


def rest(p, at, normalizations):
    weights = {}
    for i in (1, 2):
        weights[f"linear{i}.weight"] = p[f"{at}/dense_{i}/kernel"].T
        weights[f"linear{i}.bias"] = p[f"{at}/dense_{i}/bias"]
    for i in range(1, normalizations + 1):
        weights[f"norm{i}.weight"] = p[f"{at}/normalization_{i}/scale"]
        weights[f"norm{i}.bias"] = p[f"{at}/normalization_{i}/bias"]
    return weights


encoder = nn.TransformerEncoderLayer(UNITS, HEADS, HIDDEN, 0.0, batch_first=True)
decoder = nn.TransformerDecoderLayer(UNITS, HEADS, HIDDEN, 0.0, batch_first=True)


def transformer_loss(p, source, target, answer):
    def entered(name, ids):
        return F.embedding(ids, p[f"{name}/kernel"]) * math.sqrt(UNITS) + waves(ids.shape[1])

    padding = source == 0
    weights = attention(p, "encoder_1/attention", "self_attn") | rest(p, "encoder_1", 2)
    memory = torch.func.functional_call(
        encoder, weights, (entered("source", source),), {"src_key_padding_mask": padding}
    )
    steps = target.shape[1]
    weights = attention(p, "decoder_1/attention", "self_attn") | rest(p, "decoder_1", 3)
    weights |= attention(p, "decoder_1/cross_attention", "multihead_attn")
    y = torch.func.functional_call(
        decoder,
        weights,
        (entered("target", target), memory),
        {
            "tgt_mask": torch.triu(torch.ones(steps, steps, dtype=torch.bool), 1),
            "tgt_key_padding_mask": target == 0,
            "memory_key_padding_mask": padding,
        },
    )
    logits = y @ p["logits/kernel"] + p["logits/bias"]
    each = F.cross_entropy(logits.flatten(0, 1), answer.flatten(), reduction="none").reshape(answer.shape)
    real = (answer != 0).float()
    return ((each * real).sum(1) / real.sum(1)).mean()


def dense(path, fan_in, units):
    return {f"{path}/kernel": (fan_in, units), f"{path}/bias": (units,)}


transformer_shapes = {"source/kernel": (WORDS, UNITS), "target/kernel": (WORDS, UNITS)}
for at, attentions, normalizations in (("encoder_1", ["attention"], 2), ("decoder_1", ["attention", "cross_attention"], 3)):
    for name in attentions:
        for product in ("query", "key", "value", "output"):
            transformer_shapes |= dense(f"{at}/{name}/{product}", UNITS, UNITS)
    transformer_shapes |= dense(f"{at}/dense_1", UNITS, HIDDEN) | dense(f"{at}/dense_2", HIDDEN, UNITS)
    for i in range(1, normalizations + 1):
        transformer_shapes |= {f"{at}/normalization_{i}/{name}": (UNITS,) for name in ("scale", "bias")}
transformer_shapes |= dense("logits", UNITS, WORDS)

source = sentences(3, WORDS, LONGEST)
answer = torch.stack([torch.cat([row[: (row != 0).sum()].flip(0), row[(row != 0).sum() :]]) for row in source])
# The target begins with 1 and is the answer so far.
target = torch.cat([torch.ones(EXAMPLES, 1, dtype=torch.int64), answer[:, :-1]], 1)
lines.append(train("transformer", transformer_shapes, transformer_loss, (source, target, answer), 0.003))

with open("curves.txt", "w") as f:
    f.write("\n".join(lines) + "\n")
