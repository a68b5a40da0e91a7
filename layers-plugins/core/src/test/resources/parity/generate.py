"""Writes the fixtures beside this file with PyTorch (2.15.0): python generate.py. The tests only read them.

Each line: name = numbers, row-major, with enough digits to give the float back.
"""
import torch
import torch.nn.functional as F

torch.manual_seed(7)
torch.set_num_threads(1)
lines = []


def put(name, tensor):
    values = tensor.detach().reshape(-1).tolist()
    lines.append(name + " = " + " ".join(repr(v) for v in values))


def with_gradient(name, function, *inputs):
    """Values, and gradients of sum(y * weights) for fixed weights, so that every output counts differently."""
    leaves = [x.clone().requires_grad_(x.is_floating_point()) for x in inputs]
    y = function(*leaves)
    weights = torch.linspace(0.5, 1.5, y.numel()).reshape(y.shape)
    (y * weights).sum().backward()
    put(name + ".value", y)
    put(name + ".gradient", leaves[0].grad)


# Activations on [6,5]
x = torch.randn(6, 5) * 2
put("activation.input", x)
for name, function in {
    "linear": lambda t: t * 1,
    "relu": F.relu,
    "relu6": F.relu6,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "silu": F.silu,
    "gelu": F.gelu,
    "softplus": F.softplus,
    "softsign": F.softsign,
    "hard_sigmoid": F.hardsigmoid,
    "leaky_relu": lambda t: F.leaky_relu(t, 0.2),
    "elu": lambda t: F.elu(t, 0.7),
    "selu": F.selu,
    "softmax": lambda t: F.softmax(t, -1),
}.items():
    with_gradient("activation." + name, function, x)

# Losses, one value per example
z = torch.randn(7, 4) * 3
labels = torch.randint(0, 4, (7,))
distribution = torch.softmax(torch.randn(7, 4), -1)
truth = torch.randint(0, 2, (7, 4)).float()
put("loss.outputs", z)
put("loss.labels", labels)
put("loss.distribution", distribution)
put("loss.truth", truth)
with_gradient("loss.mean_squared_error", lambda t: F.mse_loss(t, truth, reduction="none").mean(-1), z)
with_gradient(
    "loss.binary_cross_entropy",
    lambda t: F.binary_cross_entropy_with_logits(t, truth, reduction="none").mean(-1),
    z,
)
with_gradient("loss.categorical_cross_entropy", lambda t: F.cross_entropy(t, distribution, reduction="none"), z)
with_gradient("loss.sparse_categorical_cross_entropy", lambda t: F.cross_entropy(t, labels, reduction="none"), z)

# Optimizers: 100 full-batch steps of linear regression [16,4] → [16,1], mean squared error
inputs = torch.randn(16, 4)
targets = inputs @ torch.tensor([[1.0], [-2.0], [0.5], [3.0]]) + 0.1 * torch.randn(16, 1)
kernel = torch.randn(4, 1)
bias = torch.randn(1)
put("optimizer.inputs", inputs)
put("optimizer.targets", targets)
put("optimizer.kernel", kernel)
put("optimizer.bias", bias)
for name, make in {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.05),
    "sgd_momentum": lambda p: torch.optim.SGD(p, lr=0.02, momentum=0.9),
    "sgd_nesterov": lambda p: torch.optim.SGD(p, lr=0.02, momentum=0.9, nesterov=True),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.99, eps=1e-8),
    "adam": lambda p: torch.optim.Adam(p, lr=0.05, betas=(0.9, 0.999), eps=1e-8),
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.05, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01),
    "adagrad": lambda p: torch.optim.Adagrad(p, lr=0.3, eps=1e-10),
}.items():
    w, b = kernel.clone().requires_grad_(), bias.clone().requires_grad_()
    optimizer = make([w, b])
    for step in range(1, 101):
        optimizer.zero_grad()
        F.mse_loss(inputs @ w + b, targets).backward()
        optimizer.step()
        if step in (1, 10, 100):
            put(f"optimizer.{name}.{step}", torch.cat([w.detach().reshape(-1), b.detach()]))

with open("parity.txt", "w") as f:
    f.write("\n".join(lines) + "\n")
