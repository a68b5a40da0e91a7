"""The training step of a Transformer and of averaged embeddings in PyTorch eager, on random words; what they consist of
stands in the README. Prints one JSON object. Arguments: transformer|embedding, words, steps of a sequence, threads,
measurements, seconds of each, seconds before them.
"""
import json
import math
import os
import sys
import time

name, words, length = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
threads, repeats, seconds, warm_up = int(sys.argv[4]), int(sys.argv[5]), float(sys.argv[6]), float(sys.argv[7])
os.environ["OMP_NUM_THREADS"] = str(threads)

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_num_threads(threads)
torch.manual_seed(0)


class Transformer(nn.Module):
    def __init__(self, width=256):
        super().__init__()
        self.width = width
        self.source, self.target = nn.Embedding(words, width), nn.Embedding(words, width)
        self.transformer = nn.Transformer(width, 8, 2, 2, 512, 0.1, batch_first=True)
        self.logits = nn.Linear(width, words)
        self.dropout = nn.Dropout(0.1)
        angle = torch.arange(length)[:, None] * torch.exp(torch.arange(0, width, 2) * (-math.log(10000.0) / width))
        self.register_buffer("positions", torch.stack([angle.sin(), angle.cos()], -1).view(length, width))
        self.register_buffer("mask", nn.Transformer.generate_square_subsequent_mask(length))

    def forward(self, source, target):
        a, b = (
            self.dropout(embedding(ids) * math.sqrt(self.width) + self.positions)
            for embedding, ids in ((self.source, source), (self.target, target))
        )
        padded = source == 0
        return self.logits(
            self.transformer(
                a, b, tgt_mask=self.mask, tgt_is_causal=True, src_key_padding_mask=padded, memory_key_padding_mask=padded
            )
        )


class Averaged(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(words, 16)
        self.hidden, self.out = nn.Linear(16, 32), nn.Linear(32, 1)

    def forward(self, ids):
        return self.out(F.relu(self.hidden(self.embedding(ids).mean(1))))


model = Transformer() if name == "transformer" else Averaged()
adam = torch.optim.Adam(model.parameters(), lr=1e-3)
data = torch.randint(1, words, (640, 3, length))
labels = (torch.arange(640) % 2).float()[:, None]
order, at = torch.randperm(640), 0


def step():
    global order, at
    if at + 32 > len(data):
        order, at = torch.randperm(len(data)), 0
    rows = order[at:at + 32]
    at += 32
    adam.zero_grad(set_to_none=True)
    if name == "transformer":
        source, target, following = data[rows].unbind(1)
        each = F.cross_entropy(model(source, target).transpose(1, 2), following, ignore_index=0, reduction="none")
        (each.sum(1) / (following != 0).sum(1)).mean().backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    else:
        F.binary_cross_entropy_with_logits(model(data[rows, 0]), labels[rows]).backward()
    adam.step()


def mean(period):
    started, steps = time.perf_counter(), 0
    while True:
        step()
        steps += 1
        passed = time.perf_counter() - started
        if passed >= period:
            return passed / steps


mean(warm_up)
times = sorted(mean(seconds) for _ in range(repeats))
micros = {"median": 1e6 * times[len(times) // 2], "min": 1e6 * times[0]}
print(json.dumps({"peer": "torch " + torch.__version__, "threads": threads, "stepMicros": micros}))
