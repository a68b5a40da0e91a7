"""The training step of a model with LSTMs in PyTorch eager, on random examples; what the models consist of stands in the
README. Prints one JSON object. Arguments: text-lstm, speech-ctc or spoken-digits, threads, measurements, seconds of each, seconds before
them.
"""
import json
import os
import sys
import time

workload, threads, repeats = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
seconds, warm_up = float(sys.argv[4]), float(sys.argv[5])
os.environ["OMP_NUM_THREADS"] = str(threads)

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_num_threads(threads)
torch.manual_seed(0)
EXAMPLES = 3200


class Text(nn.Module):
    batch, norm = 32, None

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

    @staticmethod
    def examples():
        return torch.randint(0, 1000, (EXAMPLES, 100)), torch.randint(0, 2, (EXAMPLES, 1)).float()

    def loss(self, words, labels):
        return F.binary_cross_entropy_with_logits(self(words), labels)


class Speech(nn.Module):
    batch, norm = 32, None

    def __init__(self):
        super().__init__()
        self.first = nn.Conv1d(40, 96, 5, padding=2)
        self.second = nn.Conv1d(96, 96, 5, stride=2, padding=2)
        self.both = nn.LSTM(96, 128, batch_first=True, bidirectional=True)
        self.out = nn.Linear(256, 37)
        self.drop = nn.Dropout(0.2)

    def forward(self, features):
        seen = F.relu(self.second(F.relu(self.first(features.transpose(1, 2)))))
        return self.out(self.drop(self.both(seen.transpose(1, 2))[0]))

    @staticmethod
    def examples():
        return (
            torch.rand(EXAMPLES, 200, 40) * 2 - 1,
            torch.randint(1, 37, (EXAMPLES, 5)),
            torch.randint(1, 6, (EXAMPLES,)),
            torch.randint(50, 101, (EXAMPLES,)),
        )

    def loss(self, features, labels, lengths, frames):
        logs = F.log_softmax(self(features), -1).transpose(0, 1)
        return F.ctc_loss(logs, labels, frames, lengths, reduction="none").mean()


class Digits(nn.Module):
    batch, norm = 64, 5.0

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(40, 128, batch_first=True)
        self.out = nn.Linear(128, 10)
        self.drop = nn.Dropout(0.3)

    def forward(self, features):
        return self.out(self.drop(self.lstm(features)[0][:, -1]))

    @staticmethod
    def examples():
        return torch.rand(EXAMPLES, 60, 40) * 2 - 1, torch.randint(0, 10, (EXAMPLES,))

    def loss(self, features, labels):
        return F.cross_entropy(self(features), labels)


model = {"text-lstm": Text, "speech-ctc": Speech, "spoken-digits": Digits}[workload]()
adam = torch.optim.Adam(model.parameters(), lr=1e-3)
examples = model.examples()
order, at = torch.randperm(EXAMPLES), 0


def step():
    global order, at
    if at + model.batch > EXAMPLES:
        order, at = torch.randperm(EXAMPLES), 0
    rows = order[at:at + model.batch]
    at += model.batch
    adam.zero_grad(set_to_none=True)
    loss = model.loss(*(field[rows] for field in examples))
    loss.backward()
    if model.norm:
        nn.utils.clip_grad_norm_(model.parameters(), model.norm)
    adam.step()
    return loss.item()


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
