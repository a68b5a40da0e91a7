"""The training step of a text classifier with two LSTMs in PyTorch eager, on random words; what it consists of stands in
the README. Prints one JSON object. Arguments: threads, measurements, seconds of each, seconds before them.
"""
import json
import os
import sys
import time

threads, repeats, seconds, warm_up = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])
os.environ["OMP_NUM_THREADS"] = str(threads)

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_num_threads(threads)
torch.manual_seed(0)


class TextLstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(1000, 64)
        self.first = nn.LSTM(64, 128, batch_first=True)
        self.second = nn.LSTM(128, 128, batch_first=True)
        self.out = nn.Linear(128, 1)
        self.drop = nn.Dropout(0.5)

    def forward(self, words):
        sequence = self.drop(self.first(self.embedding(words))[0])
        return self.out(self.drop(self.second(sequence)[0][:, -1]))


model = TextLstm()
adam = torch.optim.Adam(model.parameters(), lr=1e-3)
words = torch.randint(0, 1000, (3200, 100))
labels = (torch.arange(3200) % 2).float()[:, None]
order, at = torch.randperm(3200), 0


def step():
    global order, at
    if at + 32 > len(words):
        order, at = torch.randperm(len(words)), 0
    rows = order[at:at + 32]
    at += 32
    adam.zero_grad(set_to_none=True)
    F.binary_cross_entropy_with_logits(model(words[rows]), labels[rows]).backward()
    adam.step()


def mean(length):
    started, steps = time.perf_counter(), 0
    while True:
        step()
        steps += 1
        passed = time.perf_counter() - started
        if passed >= length:
            return passed / steps


mean(warm_up)
times = sorted(mean(seconds) for _ in range(repeats))
micros = {"median": 1e6 * times[len(times) // 2], "min": 1e6 * times[0]}
print(json.dumps({"peer": "torch " + torch.__version__, "threads": threads, "stepMicros": micros}))
