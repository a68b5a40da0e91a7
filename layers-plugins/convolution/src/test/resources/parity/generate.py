"""Writes the fixtures beside this file with PyTorch (2.15.0): python generate.py. The tests only read them.

Each line: name [dimensions] = numbers, row-major, with enough digits to give the float back. Everything is stored with
channels last, kernels as [spatial, in, out]. Gradients are those of sum(y * weights).
"""
import math

import torch
import torch.nn.functional as F

torch.manual_seed(11)
torch.set_num_threads(1)
lines = []


def put(name, tensor):
    values = tensor.detach().reshape(-1).tolist()
    dimensions = ",".join(map(str, tensor.shape))
    lines.append(f"{name} [{dimensions}] = " + " ".join(f"{v:.9g}" for v in values))


def last(x):
    """Channels first to last."""
    return x.movedim(1, -1)


def kernel_last(k):
    """[out, in, spatial] to [spatial, in, out]."""
    return k.movedim(0, -1).movedim(0, -2)


def identity(x):
    return x


def case(name, function, x, kernel=None, bias=None, kernel_layout=kernel_last):
    """function takes x and what else there is, channels first."""
    leaves = [t.clone().requires_grad_() for t in (x, kernel, bias) if t is not None]
    y = function(*leaves)
    weights = torch.randn_like(y)
    (y * weights).sum().backward()
    batched = last if y.dim() > 2 else identity
    put(name + ".input", last(x))
    put(name + ".weights", batched(weights))
    put(name + ".value", batched(y))
    put(name + ".gradient.input", last(leaves[0].grad))
    for what, leaf, layout in zip(("kernel", "bias"), leaves[1:], (kernel_layout, identity)):
        put(f"{name}.{what}", layout(leaf))
        put(f"{name}.gradient.{what}", layout(leaf.grad))


def same(x, size, stride, dilation, value=0.0):
    """Padded so that a window of this size gives ceil(n / stride) positions; the one more is at the end."""
    amounts = []
    for n, k, s, d in reversed(list(zip(x.shape[2:], size, stride, dilation))):
        total = max((math.ceil(n / s) - 1) * s + (k - 1) * d + 1 - n, 0)
        amounts += [total // 2, total - total // 2]
    return F.pad(x, amounts, value=value)


def random(*shape):
    return torch.randn(*shape)


# Convolution; inputs [batch, channels, spatial], kernels [out, in / groups, spatial]
case("convolution1d", lambda x, k, b: F.conv1d(x, k, b), random(2, 3, 9), random(4, 3, 3), random(4))
case(
    "convolution1d_same",
    lambda x, k, b: F.relu(F.conv1d(same(x, [4], [2], [1]), k, b, stride=2)),
    random(2, 3, 9),
    random(4, 3, 4),
    random(4),
)
case("convolution2d", lambda x, k, b: F.conv2d(x, k, b), random(2, 2, 6, 5), random(3, 2, 3, 2), random(3))
case(
    "convolution2d_same",
    lambda x, k, b: F.relu(F.conv2d(same(x, [3, 3], [2, 2], [1, 1]), k, b, stride=2)),
    random(2, 2, 7, 6),
    random(4, 2, 3, 3),
    random(4),
)
case(
    "convolution2d_strides",
    lambda x, k, b: F.conv2d(x, k, b, stride=(2, 1)),
    random(2, 2, 7, 6),
    random(4, 2, 3, 3),
    random(4),
)
case(
    "convolution2d_dilated",
    lambda x, k: F.conv2d(same(x, [3, 3], [1, 1], [2, 2]), k, dilation=2),
    random(1, 2, 6, 7),
    random(3, 2, 3, 3),
)
case("convolution2d_groups", lambda x, k, b: F.conv2d(x, k, b, groups=2), random(2, 4, 5, 5), random(6, 2, 3, 3), random(6))
case(
    "depthwise_convolution2d",
    lambda x, k, b: F.conv2d(same(x, [3, 3], [2, 2], [1, 1]), k, b, stride=2, groups=3),
    random(2, 3, 6, 5),
    random(6, 1, 3, 3),
    random(6),
)


# Transposed convolution; PyTorch's kernels are [in, out, spatial]

def transposed_same(x, k, b, stride):
    """n · stride of what the full one gives, or padded where it gives less."""
    y = F.conv_transpose2d(x, k, None, stride=stride)
    for axis in (2, 3):
        size, n = k.shape[axis], x.shape[axis] * stride
        cut = max(size - stride, 0) // 2
        y = y.narrow(axis, cut, min(n, y.shape[axis] - cut))
        if y.shape[axis] < n:
            amounts = [0, 0] * (3 - axis) + [0, n - y.shape[axis]]
            y = F.pad(y, amounts)
    return y + b[:, None, None]


for name, size, stride in (("", 3, 2), ("_sparse", 2, 3)):
    x, k, b = random(2, 3, 4, 3), random(3, 2, size, size), random(2)
    case(
        f"transposed_convolution2d{name}",
        lambda x, k, b: F.conv_transpose2d(x, k, b, stride=stride),
        x,
        k,
        b,
        lambda t: t.permute(2, 3, 0, 1),
    )
    case(
        f"transposed_convolution2d{name}_same",
        lambda x, k, b: transposed_same(x, k, b, stride),
        x,
        k,
        b,
        lambda t: t.permute(2, 3, 0, 1),
    )

# Pooling
infinity = float("-inf")
case("max_pooling1d", lambda x: F.max_pool1d(x, 3), random(2, 2, 8))
case("max_pooling1d_same", lambda x: F.max_pool1d(same(x, [3], [2], [1], infinity), 3, 2), random(2, 2, 8))
case("max_pooling2d", lambda x: F.max_pool2d(x, 2), random(2, 3, 5, 6))
case(
    "max_pooling2d_same",
    lambda x: F.max_pool2d(same(x, [3, 3], [2, 2], [1, 1], infinity), 3, 2),
    random(2, 3, 6, 5),
)


def average_same(x, size, stride):
    spatial = x.dim() - 2
    pool = F.avg_pool1d if spatial == 1 else F.avg_pool2d
    padding = ([size] * spatial, [stride] * spatial, [1] * spatial)
    return pool(same(x, *padding), size, stride) / pool(same(torch.ones_like(x), *padding), size, stride)


case("average_pooling1d", lambda x: F.avg_pool1d(x, 3), random(2, 2, 8))
case("average_pooling1d_same", lambda x: average_same(x, 4, 3), random(2, 2, 8))
case("average_pooling2d", lambda x: F.avg_pool2d(x, 2), random(2, 3, 5, 6))
case("average_pooling2d_same", lambda x: average_same(x, 3, 2), random(2, 3, 6, 5))
case("global_average_pooling", lambda x: x.mean((2, 3)), random(2, 3, 4, 5))
case("global_max_pooling", lambda x: x.amax(2), random(2, 3, 7))

# Up-sampling
case("up_sampling1d", lambda x: x.repeat_interleave(3, 2), random(2, 2, 4))
case("up_sampling2d", lambda x: x.repeat_interleave(2, 2).repeat_interleave(3, 3), random(2, 2, 3, 2))

# Batch normalization: one training step, then the running statistics, then inference with them
def batch_normalization(name, layer, x, scale, bias):
    batched = last if x.dim() > 2 else identity
    with torch.no_grad():
        layer.weight.copy_(scale)
        layer.bias.copy_(bias)
    leaf = x.clone().requires_grad_()
    y = layer(leaf)
    weights = torch.randn_like(y)
    (y * weights).sum().backward()
    put(name + ".input", batched(x))
    put(name + ".weights", batched(weights))
    put(name + ".loss", (y * weights).sum())
    put(name + ".scale", scale)
    put(name + ".bias", bias)
    put(name + ".gradient.input", batched(leaf.grad))
    put(name + ".gradient.scale", layer.weight.grad)
    put(name + ".gradient.bias", layer.bias.grad)
    put(name + ".mean", layer.running_mean)
    put(name + ".variance", layer.running_var)
    layer.eval()
    put(name + ".value", batched(layer(x)))


batch_normalization(
    "batch_normalization",
    torch.nn.BatchNorm2d(3, eps=1e-5, momentum=0.1),
    random(4, 3, 3, 2) * 2 + 1,
    random(3),
    random(3),
)

# Zeros around pictures
case("zero_padding2d", lambda x: F.pad(x, [2, 2, 2, 2]), random(2, 2, 3, 4))


class Residual(torch.nn.Module):
    """torchvision's BasicBlock, its children named as ours."""

    def __init__(self, inputs, filters, stride):
        super().__init__()
        self.convolution_1 = torch.nn.Conv2d(inputs, filters, 3, stride, 1, bias=False)
        self.normalization_1 = torch.nn.BatchNorm2d(filters)
        self.convolution_2 = torch.nn.Conv2d(filters, filters, 3, 1, 1, bias=False)
        self.normalization_2 = torch.nn.BatchNorm2d(filters)
        if stride > 1 or inputs != filters:
            self.shortcut = torch.nn.Conv2d(inputs, filters, 1, stride, bias=False)
            self.shortcut_normalization = torch.nn.BatchNorm2d(filters)

    def forward(self, x):
        y = F.relu(self.normalization_1(self.convolution_1(x)))
        y = self.normalization_2(self.convolution_2(y))
        way = self.shortcut_normalization(self.shortcut(x)) if hasattr(self, "shortcut") else x
        return F.relu(y + way)


def residual(name, filters, stride, x):
    """One training step, the running statistics it leaves, then inference with them."""
    block = Residual(x.shape[1], filters, stride)
    with torch.no_grad():
        for parameter in block.parameters():
            parameter.copy_(torch.randn_like(parameter) * 0.5 + (parameter.dim() == 1))
    leaf = x.clone().requires_grad_()
    y = block(leaf)
    weights = torch.randn_like(y)
    (y * weights).sum().backward()
    put(name + ".input", last(x))
    put(name + ".weights", last(weights))
    put(name + ".loss", (y * weights).sum())
    put(name + ".gradient.input", last(leaf.grad))
    names = {"weight": "scale", "bias": "bias", "running_mean": "mean", "running_var": "variance"}
    for path, parameter in block.named_parameters():
        child, what = path.split(".")
        kernel = parameter.dim() == 4
        ours = f"{child}/{'kernel' if kernel else names[what]}"
        layout = kernel_last if kernel else identity
        put(f"{name}.parameter.{ours}", layout(parameter))
        put(f"{name}.gradient.{ours}", layout(parameter.grad))
    for path, state in block.named_buffers():
        child, what = path.split(".")
        if what in names:
            put(f"{name}.state.{child}/{names[what]}", state)
    block.eval()
    put(name + ".value", last(block(x)))


residual("residual_block2d", 3, 1, random(3, 3, 4, 5))
residual("residual_block2d_shortcut", 4, 2, random(3, 3, 5, 6))

# Further forms of the layers above
case(
    "convolution1d_dilated",
    lambda x, k: F.conv1d(same(x, [3], [1], [2]), k, dilation=2),
    random(2, 3, 9),
    random(4, 3, 3),
)
case("convolution1d_groups", lambda x, k, b: F.conv1d(x, k, b, groups=2), random(2, 4, 7), random(6, 2, 3), random(6))
case(
    "depthwise_convolution2d_dilated",
    lambda x, k: F.conv2d(x, k, dilation=2, groups=3),
    random(2, 3, 7, 6),
    random(3, 1, 3, 3),
)
case(
    "transposed_convolution1d",
    lambda x, k, b: F.conv_transpose1d(x, k, b, stride=2),
    random(2, 3, 5),
    random(3, 2, 4),
    random(2),
    lambda t: t.permute(2, 0, 1),
)
# PyTorch's padding of a transposed convolution is what is cut off on each side.
case(
    "transposed_convolution1d_same",
    lambda x, k: F.relu(F.conv_transpose1d(x, k, stride=2, padding=1)),
    random(2, 3, 5),
    random(3, 2, 4),
    kernel_layout=lambda t: t.permute(2, 0, 1),
)
batch_normalization("batch_normalization_rows", torch.nn.BatchNorm1d(4), random(6, 4) * 2 + 1, random(4), random(4))
batch_normalization("batch_normalization_steps", torch.nn.BatchNorm1d(3), random(4, 3, 5) - 1, random(3), random(3))

with open("parity.txt", "w") as f:
    f.write("\n".join(lines) + "\n")
