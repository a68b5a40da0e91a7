"""The training step (cross-entropy, Adam 1e-3) and inference of networks of many convolutions in PyTorch eager, on random
pictures. Prints one JSON object. Arguments: deep|resnet18, threads, side of the pictures, batch, seconds of warm-up, seconds
of a measurement.
"""
import json
import os
import sys

from pictures import measure


class Options:
    repeats = 7
    warm_up = float(sys.argv[5])
    seconds = float(sys.argv[6])


name, threads, side, batch = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
os.environ["OMP_NUM_THREADS"] = str(threads)

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_num_threads(threads)
torch.manual_seed(0)


def normed(inputs, filters, size, stride=1):
    return [nn.Conv2d(inputs, filters, size, stride, size // 2, bias=False), nn.BatchNorm2d(filters)]


class Residual(nn.Module):
    def __init__(self, inputs, filters, stride):
        super().__init__()
        self.body = nn.Sequential(*normed(inputs, filters, 3, stride), nn.ReLU(), *normed(filters, filters, 3))
        self.way = nn.Sequential(*(normed(inputs, filters, 1, stride) if stride > 1 or inputs != filters else []))

    def forward(self, x):
        return F.relu(self.body(x) + self.way(x))


if name == "deep":
    quarter = side // 4
    model = nn.Sequential(
        *normed(1, 32, 3), nn.ReLU(), *normed(32, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
        *normed(32, 64, 3), nn.ReLU(), *normed(64, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(64 * quarter * quarter, 128), nn.ReLU(), nn.Linear(128, 10))
    channels = 1
else:
    layers, inputs = [*normed(3, 64, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, 1)], 64
    for filters in (64, 128, 256, 512):
        layers += [Residual(inputs, filters, 1 if filters == 64 else 2), Residual(filters, filters, 1)]
        inputs = filters
    model = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))
    channels = 3

adam = torch.optim.Adam(model.parameters(), lr=1e-3)
x, y = torch.rand(batch, channels, side, side), torch.randint(0, 10, (batch,))


def step():
    adam.zero_grad(set_to_none=True)
    F.cross_entropy(model(x), y).backward()
    adam.step()


def predict(count):
    with torch.inference_mode():
        torch.softmax(model(x[:count]), -1).numpy()


def done():
    """Nothing is under way: eager computes at once."""


trained = measure(step, done, Options)
model.eval()
print(json.dumps({
    "peer": "torch " + torch.__version__,
    "threads": threads,
    "stepMicros": trained,
    "inferMicros": {f"batch{n}": measure(lambda: predict(n), done, Options) for n in (1, batch)},
}))
