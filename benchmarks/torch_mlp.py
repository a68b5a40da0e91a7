"""The training step of fashion-mnist-mlp in PyTorch eager: flatten, dense 128 relu, dense 10, softmax cross-entropy,
Adam 1e-3, batch 64. A step includes gathering its shuffled batch. Prints one JSON object.

python torch_mlp.py THREADS FOLDER   (the folder has the four idx .gz or plain files)
"""
import gzip
import json
import os
import statistics
import sys
import time

threads = int(sys.argv[1])
os.environ["OMP_NUM_THREADS"] = str(threads)

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

REPEATS, SECONDS, WARM_UP = 7, 0.4, 3.0
torch.set_num_threads(threads)
torch.manual_seed(0)


def idx(name, header):
    path = os.path.join(sys.argv[2], name)
    data = gzip.open(path + ".gz").read() if os.path.exists(path + ".gz") else open(path, "rb").read()
    return np.frombuffer(data[header:], np.uint8)


x = torch.from_numpy(idx("train-images-idx3-ubyte", 16).reshape(-1, 28, 28).astype("float32") / 255)
y = torch.from_numpy(idx("train-labels-idx1-ubyte", 8).astype("int64"))
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
adam = torch.optim.Adam(model.parameters(), lr=1e-3)
order, at = torch.randperm(len(x)), 0


def step():
    global order, at
    if at + 64 > len(x):
        order, at = torch.randperm(len(x)), 0
    rows = order[at:at + 64]
    at += 64
    adam.zero_grad(set_to_none=True)
    F.cross_entropy(model(x[rows]), y[rows]).backward()
    adam.step()


def predict(count):
    with torch.inference_mode():
        torch.softmax(model(x[:count]), -1).numpy()


def measure(run):
    runs, start = 0, time.perf_counter()
    while time.perf_counter() - start < WARM_UP:
        run()
        runs += 1
    each = max(1, round(SECONDS / ((time.perf_counter() - start) / runs)))
    micros = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        for _ in range(each):
            run()
        micros.append((time.perf_counter() - start) / each * 1e6)
    return {"median": statistics.median(micros), "min": min(micros), "max": max(micros)}


print(json.dumps({
    "peer": "torch " + torch.__version__,
    "threads": threads,
    "stepMicros": measure(step),
    "inferMicros": {"batch1": measure(lambda: predict(1)), "batch64": measure(lambda: predict(64))},
}))
