"""The training step and inference of fashion-mnist-mlp, fashion-mnist-cnn and fashion-mnist-regularized in PyTorch eager:
softmax cross-entropy, Adam 1e-3, batch 64. A step includes gathering its shuffled batch; the regularized one has dropout and
L2 on the kernels, but does not flip and move its pictures, which Backplane's does. Prints one JSON object. Arguments: see
pictures.py.
"""
import json
import os

from pictures import arguments, measure, training_images

options = arguments()
os.environ["OMP_NUM_THREADS"] = str(options.threads)

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_num_threads(options.threads)
torch.manual_seed(0)
images, labels = training_images(options.folder)
x, y = torch.from_numpy(images), torch.from_numpy(labels.astype("int64"))
if options.model == "mlp":
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
elif options.model == "regularized":
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Dropout(0.2), nn.Linear(256, 10))
else:
    x = x[:, None]  # its own layout: channels first
    model = nn.Sequential(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(32 * 13 * 13, 10))
adam = torch.optim.Adam(model.parameters(), lr=1e-3)
kernels = [p for p in model.parameters() if p.dim() == 2] if options.model == "regularized" else []
order, at = torch.randperm(len(x)), 0


def step():
    global order, at
    if at + 64 > len(x):
        order, at = torch.randperm(len(x)), 0
    rows = order[at:at + 64]
    at += 64
    adam.zero_grad(set_to_none=True)
    loss = F.cross_entropy(model(x[rows]), y[rows])
    for kernel in kernels:
        loss = loss + 1e-5 * kernel.square().sum()
    loss.backward()
    adam.step()


def predict(count):
    with torch.inference_mode():
        torch.softmax(model(x[:count]), -1).numpy()


def done():
    """Nothing is under way: eager computes at once."""


step_micros = measure(step, done, options)
model.eval()
print(json.dumps({
    "peer": "torch " + torch.__version__,
    "threads": options.threads,
    "stepMicros": step_micros,
    "inferMicros": {f"batch{n}": measure(lambda: predict(n), done, options) for n in (1, 64)},
}))
