"""Writes the fixtures beside this file with PyTorch (2.15.0): python generate.py. The tests only read them.

Each line: name [dimensions] = numbers, row-major. The picture is the one that the test computes: value of (row, column,
channel) = (37 row + 11 column + 71 channel + row · column) modulo 256.
"""
import math

import torch
import torch.nn.functional as F

lines = []


def put(name, tensor):
    values = tensor.reshape(-1).tolist()
    dimensions = ",".join(map(str, tensor.shape))
    lines.append(f"{name} [{dimensions}] = " + " ".join(f"{v:.9g}" for v in values))


def picture(height, width, channels):
    y = torch.arange(height)[None, :, None]
    x = torch.arange(width)[None, None, :]
    c = torch.arange(channels)[:, None, None]
    return ((37 * y + 11 * x + 71 * c + y * x) % 256).double()[None]


def last(x):
    return x[0].movedim(0, -1)


for height, width in ((5, 4), (9, 13), (3, 9)):
    out = F.interpolate(picture(7, 9, 2), (height, width), mode="bilinear", antialias=True, align_corners=False)
    put(f"resize.{height}.{width}", last(out))

angle = math.radians(25)
size = (6, 6)
# Sampling positions of a picture turned counter-clockwise, in the normalized coordinates of a square.
theta = torch.tensor([[math.cos(angle), -math.sin(angle), 0], [math.sin(angle), math.cos(angle), 0]], dtype=torch.float64)
grid = F.affine_grid(theta[None], (1, 2, *size), align_corners=False)
put("rotate", last(F.grid_sample(picture(6, 6, 2), grid, mode="bilinear", padding_mode="zeros", align_corners=False)))

with open("parity.txt", "w") as file:
    file.write("\n".join(lines) + "\n")
