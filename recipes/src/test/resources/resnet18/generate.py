"""Writes logits.txt beside this file with PyTorch (2.15.0): python generate.py. The test only reads it.

Nothing large is kept: both sides compute the weights by one rule. Parameters and state are put in the order of their
paths; element i (row-major, channels last, kernels [height, width, in, out]) of the k-th is wave(k, i): what is behind
the point of 43758.5453 sin(12.9898 i + 78.233 k), from -1 to 1; kernels times sqrt(6 / fan-in), scales and variances 1 + wave / 4, the others wave / 10. The
pictures are wave(1000, i).
"""
import torch
import torch.nn.functional as F

torch.set_num_threads(1)


def wave(k, shape):
    count = 1
    for n in shape:
        count *= n
    i = torch.arange(count, dtype=torch.float64)
    r = torch.sin(12.9898 * i + 78.233 * k) * 43758.5453
    return (2 * (r - torch.floor(r)) - 1).reshape(shape)


shapes = {"convolution2d_1/kernel": (7, 7, 3, 64), "dense_1/kernel": (512, 10), "dense_1/bias": (10,)}


def normalization(path, channels):
    for name in ("scale", "bias", "mean", "variance"):
        shapes[f"{path}/{name}"] = (channels,)


normalization("batch_normalization_1", 64)
blocks = []
channels = 64
for stage in range(4):
    for block in range(2):
        path, filters, stride = f"residual_block2d_{2 * stage + block + 1}", 64 << stage, 2 if stage and not block else 1
        blocks.append((path, stride))
        shapes[f"{path}/convolution_1/kernel"] = (3, 3, channels, filters)
        normalization(f"{path}/normalization_1", filters)
        shapes[f"{path}/convolution_2/kernel"] = (3, 3, filters, filters)
        normalization(f"{path}/normalization_2", filters)
        if stride > 1:
            shapes[f"{path}/shortcut/kernel"] = (1, 1, channels, filters)
            normalization(f"{path}/shortcut_normalization", filters)
        channels = filters

values = {}
for k, path in enumerate(sorted(shapes)):
    shape, name, w = shapes[path], path.split("/")[-1], wave(k, shapes[path])
    if name == "kernel":
        fan_in = 1
        for n in shape[:-1]:
            fan_in *= n
        w = w * (6.0 / fan_in) ** 0.5
    else:
        w = 1 + w / 4 if name in ("scale", "variance") else w / 10
    values[path] = w.float()


def convolution(x, path, stride, padding):
    return F.conv2d(x, values[f"{path}/kernel"].permute(3, 2, 0, 1), None, stride, padding)


def normalized(x, path):
    v = [values[f"{path}/{name}"] for name in ("mean", "variance", "scale", "bias")]
    return F.batch_norm(x, *v, False, 0.1, 1e-5)


x = wave(1000, (2, 64, 64, 3)).float().permute(0, 3, 1, 2)
x = F.relu(normalized(convolution(x, "convolution2d_1", 2, 3), "batch_normalization_1"))
x = F.max_pool2d(x, 3, 2, 1)
for path, stride in blocks:
    y = F.relu(normalized(convolution(x, f"{path}/convolution_1", stride, 1), f"{path}/normalization_1"))
    y = normalized(convolution(y, f"{path}/convolution_2", 1, 1), f"{path}/normalization_2")
    if f"{path}/shortcut/kernel" in values:
        x = normalized(convolution(x, f"{path}/shortcut", stride, 0), f"{path}/shortcut_normalization")
    x = F.relu(x + y)
logits = x.mean((2, 3)) @ values["dense_1/kernel"] + values["dense_1/bias"]
with open("logits.txt", "w") as file:
    file.write(" ".join(f"{v:.9g}" for v in logits.reshape(-1).tolist()) + "\n")
