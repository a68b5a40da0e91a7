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

# Dense layers: values, and gradients of sum(y * weights) for inputs and parameters
def dense(name, function, x, kernel, bias=None):
    leaves = [t.clone().requires_grad_() for t in (x, kernel, bias) if t is not None]
    y = function(*leaves)
    weights = torch.linspace(0.5, 1.5, y.numel()).reshape(y.shape)
    (y * weights).sum().backward()
    put(f"dense.{name}.value", y)
    for what, leaf in zip(("input", "kernel", "bias"), leaves):
        put(f"dense.{name}.{what}", leaf)
        put(f"dense.{name}.gradient.{what}", leaf.grad)


dense("rows", lambda x, k, b: F.linear(x, k.T, b), torch.randn(5, 4), torch.randn(4, 3), torch.randn(3))
dense("steps", lambda x, k, b: F.relu(F.linear(x, k.T, b)), torch.randn(2, 3, 4), torch.randn(4, 3), torch.randn(3))
dense("without_bias", lambda x, k: torch.tanh(x @ k), torch.randn(5, 4), torch.randn(4, 3))

# Losses of sequences, with padding and with weights of classes; one value per example
z = torch.randn(3, 4, 5) * 2
words = torch.tensor([[4, 0, 2, -1], [1, -1, -1, -1], [3, 3, 0, 1]])
put("loss.sequences", z)
put("loss.words", words)
real = (words != -1).float()


def ignoring(t):
    each = F.cross_entropy(t.transpose(1, 2), words, ignore_index=-1, reduction="none")
    return each.sum(1) / real.sum(1)


with_gradient("loss.sparse_categorical_cross_entropy_ignoring", ignoring, z)
with_gradient(
    "loss.sparse_categorical_cross_entropy_of_sequences",
    lambda t: F.cross_entropy(t.transpose(1, 2), words.clamp(min=0), reduction="none").mean(1),
    z,
)
class_weights = torch.tensor([0.5, 2.0, 3.0, 0.0])
outputs = torch.randn(7, 4) * 3
put("loss.weighted_outputs", outputs)
with_gradient(
    "loss.class_weighted", lambda t: F.cross_entropy(t, labels, weight=class_weights, reduction="none"), outputs
)



# Optimizers with schedules, clipped and penalized: 100 steps of the regression above
def trajectory(name, rate, after=lambda p: None, penalty=lambda w: 0.0):
    """rate of a step, from 0; after changes the gradients."""
    w, b = kernel.clone().requires_grad_(), bias.clone().requires_grad_()
    optimizer = torch.optim.SGD([w, b], lr=1.0)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
    for step in range(1, 101):
        optimizer.zero_grad()
        (F.mse_loss(inputs @ w + b, targets) + penalty(w)).backward()
        after([w, b])
        optimizer.step()
        schedule.step()
        if step in (1, 10, 100):
            put(f"optimizer.{name}.{step}", torch.cat([w.detach().reshape(-1), b.detach()]))


def scheduled(make, first):
    """The rates that a schedule of PyTorch's gives."""
    parameter = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([parameter], lr=first)
    schedule = make(optimizer)
    rates = []
    for _ in range(101):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return lambda step: rates[step]


of = torch.optim.lr_scheduler
trajectory("cosine_decay", scheduled(lambda o: of.CosineAnnealingLR(o, 100, 0.001), 0.05))
trajectory("exponential_decay", scheduled(lambda o: of.ExponentialLR(o, 0.5 ** (1 / 20)), 0.05))
trajectory("step_decay", scheduled(lambda o: of.StepLR(o, 30, 0.1), 0.05))
trajectory("warm_up", scheduled(lambda o: of.LinearLR(o, 0.1, 1.0, 9), 0.05))
trajectory("clip_by_global_norm", lambda step: 0.05, lambda p: torch.nn.utils.clip_grad_norm_(p, 0.7))
trajectory("clip_by_value", lambda step: 0.05, lambda p: torch.nn.utils.clip_grad_value_(p, 0.4))
trajectory("l1", lambda step: 0.05, penalty=lambda w: 0.02 * w.abs().sum())
trajectory("l2", lambda step: 0.05, penalty=lambda w: 0.03 * w.square().sum())

with open("parity.txt", "w") as f:
    f.write("\n".join(lines) + "\n")
