"""The training step and inference of fashion-mnist-mlp and fashion-mnist-cnn in JAX, each jitted whole, the step with donated
state: softmax cross-entropy, Adam 1e-3, batch 64. A step includes gathering its shuffled batch. Prints one JSON object.
Arguments: see pictures.py. JAX takes its threads from the cores it may use.
"""
import json
import os
from functools import partial

from pictures import arguments, measure, training_images

options = arguments()
os.environ["NPROC"] = str(options.threads)
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:options.threads])

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import lax

random = np.random.default_rng(0)
x, y = training_images(options.folder)
y = y.astype("int32")


def glorot(*shape):
    field = int(np.prod(shape[:-2]))
    limit = (6 / (field * (shape[-2] + shape[-1]))) ** 0.5
    return jnp.asarray(random.uniform(-limit, limit, shape).astype("f4"))


if options.model == "regularized":
    raise SystemExit("jax_pictures.py: expected mlp or cnn, found regularized; --peers torch leaves JAX out")
if options.model == "mlp":
    parameters = [glorot(784, 128), jnp.zeros(128), glorot(128, 10), jnp.zeros(10)]

    def network(parameters, images):
        hidden_kernel, hidden_bias, kernel, bias = parameters
        hidden = jax.nn.relu(images.reshape(len(images), -1) @ hidden_kernel + hidden_bias)
        return hidden @ kernel + bias
else:
    x = x[..., None]
    parameters = [glorot(3, 3, 1, 32), jnp.zeros(32), glorot(32 * 13 * 13, 10), jnp.zeros(10)]

    def network(parameters, images):
        window, window_bias, kernel, bias = parameters
        layout = ("NHWC", "HWIO", "NHWC")
        h = jax.nn.relu(lax.conv_general_dilated(images, window, (1, 1), "VALID", dimension_numbers=layout) + window_bias)
        h = lax.reduce_window(h, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
        return h.reshape(len(images), -1) @ kernel + bias


adam = optax.adam(1e-3)


def loss(parameters, images, labels):
    return optax.softmax_cross_entropy_with_integer_labels(network(parameters, images), labels).mean()


@partial(jax.jit, donate_argnums=0)
def update(state, images, labels):
    parameters, moments = state
    value, gradients = jax.value_and_grad(loss)(parameters, images, labels)
    updates, moments = adam.update(gradients, moments)
    return (optax.apply_updates(parameters, updates), moments), value


state = (parameters, adam.init(parameters))
order, at = random.permutation(len(x)), 0


def step():
    global state, order, at
    if at + 64 > len(x):
        order, at = random.permutation(len(x)), 0
    rows = order[at:at + 64]
    at += 64
    state, _ = update(state, x[rows], y[rows])


softmax = jax.jit(lambda parameters, images: jax.nn.softmax(network(parameters, images)))


def predict(count):
    np.asarray(softmax(state[0], x[:count]))


print(json.dumps({
    "peer": "jax " + jax.__version__,
    "threads": options.threads,
    "stepMicros": measure(step, lambda: jax.block_until_ready(state), options),
    "inferMicros": {f"batch{n}": measure(lambda: predict(n), lambda: None, options) for n in (1, 64)},
}))
