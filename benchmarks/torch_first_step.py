"""The first training step of the model of fashion-mnist-mlp in PyTorch eager, on one random batch of 64, then "DONE" and
the loss.

python torch_first_step.py THREADS
"""
import os
import sys

threads = int(sys.argv[1])
os.environ["OMP_NUM_THREADS"] = str(threads)

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_num_threads(threads)
torch.manual_seed(0)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
adam = torch.optim.Adam(model.parameters(), lr=1e-3)
loss = F.cross_entropy(model(torch.rand(64, 28, 28)), torch.randint(0, 10, (64,)))
loss.backward()
adam.step()
print("DONE", loss.item(), flush=True)
