"""translate-transformer in PyTorch, on the rows that java/TranslationRows.java wrote: the same model, data, loss, optimizer
and number of steps; BLEU of the test sentences, decoded greedily. Prints one JSON object.

    pip install torch sacrebleu==2.6.0
    python benchmarks/torch_translation.py FOLDER SEED [STEPS [THREADS [MODEL]]]

MODEL is "same" (unless said otherwise) or "nn.Transformer": that module as it comes is another model, with a normalization more
behind the last block of each side and with random first biases of the dense layers, where ours, as the paper's, begin at zero.
"""
import json
import math
import pathlib
import sys
import time

import numpy
import sacrebleu
import torch
import torch.nn as nn
import torch.nn.functional as F

folder, seed = pathlib.Path(sys.argv[1]), int(sys.argv[2])
steps, threads = (int(sys.argv[i]) if len(sys.argv) > i else default for i, default in ((3, 6000), (4, 2)))
same = {"same": True, "nn.Transformer": False}[sys.argv[5] if len(sys.argv) > 5 else "same"]
torch.set_num_threads(threads)
torch.manual_seed(seed)

texts = [(folder / name).read_text() for name in ("translation.txt", "transformer.txt", "rows.txt")]
settings = dict(line.split(" ", 1) for line in "".join(texts).splitlines())
length = int(settings["length"])
vocabularies = {side: (folder / f"{side}-vocabulary.txt").read_text().split("\n")[:-1] for side in ("source", "target")}
START, END = (vocabularies["target"].index(token) for token in ("<start>", "<end>"))


def rows(name):
    data = numpy.fromfile(folder / name, dtype="<i4").reshape(-1, 3, length)
    return torch.from_numpy(data.astype("int64"))


train, test = rows("train.bin"), rows("test.bin")
lengths = torch.tensor([int(word) for word in settings["buckets"].split()])


def buckets(data):
    """Which length each row needs: the shortest that cuts off nothing but padding."""
    steps = ((data != 0).any(1) * torch.arange(1, length + 1)).amax(1)
    return torch.searchsorted(lengths, steps)


train_buckets, test_buckets = buckets(train), buckets(test)


def batches():
    """An epoch as Backplane makes it: shuffled, sorted by length, cut into batches, those shuffled; a smaller one last."""
    order = torch.randperm(len(train))
    order = order[torch.sort(train_buckets[order], stable=True).indices]
    whole = order[:len(order) // 32 * 32].view(-1, 32)
    yield from whole[torch.randperm(len(whole))]
    if len(order) % 32:
        yield order[len(order) // 32 * 32:]


class Model(nn.Module):
    def __init__(self, dropout=0.1):
        super().__init__()
        width, heads, hidden, blocks = (int(settings[name]) for name in ("embedding", "heads", "hidden", "blocks"))
        self.width = width
        self.source, self.target = (nn.Embedding(len(vocabularies[side]), width) for side in ("source", "target"))
        for embedding in (self.source, self.target):
            nn.init.normal_(embedding.weight, std=width ** -0.5)
        self.transformer = nn.Transformer(width, heads, blocks, blocks, hidden, dropout, batch_first=True)
        self.logits = nn.Linear(width, len(vocabularies["target"]))
        self.dropout = nn.Dropout(dropout)
        position = torch.arange(length)[:, None]
        frequency = torch.exp(torch.arange(0, width, 2) * (-math.log(10000.0) / width))
        table = torch.zeros(length, width)
        table[:, 0::2], table[:, 1::2] = torch.sin(position * frequency), torch.cos(position * frequency)
        self.register_buffer("positions", table)

    def forward(self, source, target):
        mask = nn.Transformer.generate_square_subsequent_mask(target.shape[1])
        a, b = (
            self.dropout(embedding(ids) * math.sqrt(self.width) + self.positions[: ids.shape[1]])
            for embedding, ids in ((self.source, source), (self.target, target))
        )
        padded = source == 0
        return self.logits(
            self.transformer(
                a, b, tgt_mask=mask, tgt_is_causal=True, src_key_padding_mask=padded, memory_key_padding_mask=padded
            )
        )


model = Model()
if same:
    model.transformer.encoder.norm = model.transformer.decoder.norm = None
    for name, parameter in model.named_parameters():
        if name.endswith("bias"):
            nn.init.zeros_(parameter)
adam = torch.optim.Adam(model.parameters(), lr=1e-3)
warm_up = torch.optim.lr_scheduler.LambdaLR(adam, lambda step: min(1.0, (step + 1) / 400))
epoch, begin, losses = batches(), time.time(), []
for step in range(steps):
    chosen = next(epoch, None)
    if chosen is None:
        epoch = batches()
        chosen = next(epoch)
    source, target, following = train[chosen, :, :lengths[train_buckets[chosen].max()]].unbind(1)
    adam.zero_grad(set_to_none=True)
    each = F.cross_entropy(model(source, target).transpose(1, 2), following, ignore_index=0, reduction="none")
    loss = (each.sum(1) / (following != 0).sum(1)).mean()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    adam.step()
    warm_up.step()
    losses.append(loss.item())
    if step % 500 == 499:
        print(step + 1, sum(losses[-500:]) / 500, f"{time.time() - begin:.0f} s", file=sys.stderr)
seconds = time.time() - begin

model.eval()
sources, references = zip(*(line.split("\t") for line in (folder / "test.tsv").read_text().split("\n")[:-1]))
assert len(sources) == len(test)
said_of = {}
with torch.inference_mode():
    for chosen in torch.sort(test_buckets, stable=True).indices.split(64):
        source = test[chosen, 0, :lengths[test_buckets[chosen].max()]]
        said = torch.full((len(source), 1), START)
        for _ in range(length):
            logits = model(source, said)[:, -1]
            logits[:, 0] = -math.inf
            said = torch.cat([said, logits.argmax(-1, keepdim=True)], 1)[:, :length + 1]
            if (said == END).any(1).all() or said.shape[1] > length:
                break
        for row, ids in zip(chosen.tolist(), said[:, 1:].tolist()):
            pieces = ids[:ids.index(END)] if END in ids else ids
            said_of[row] = "".join(vocabularies["target"][i] for i in pieces).replace("▁", " ").strip()
tokenize = "char" if settings["language"] == "zh" else "13a"
print(json.dumps({
    "peer": "torch " + torch.__version__,
    "model": "same" if same else "nn.Transformer",
    "seed": seed,
    "steps": steps,
    "bleu": sacrebleu.corpus_bleu([said_of[row] for row in range(len(test))], [references], tokenize=tokenize).score,
    "loss": sum(losses[-500:]) / len(losses[-500:]),
    "millisPerStep": 1000 * seconds / steps,
}))
