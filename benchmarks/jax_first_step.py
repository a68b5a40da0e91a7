"""The first training step of the model of fashion-mnist-mlp in JAX, jitted whole, on one random batch of 64, then "DONE"
and the loss.

python jax_first_step.py THREADS
"""
import os
import sys

threads = int(sys.argv[1])
os.environ["NPROC"] = str(threads)
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])

import jax
import jax.numpy as jnp
import numpy as np
import optax

random = np.random.default_rng(0)


def kernel(rows, columns):
    limit = (6 / (rows + columns)) ** 0.5
    return jnp.asarray(random.uniform(-limit, limit, (rows, columns)).astype("f4"))


parameters = [kernel(784, 128), jnp.zeros(128), kernel(128, 10), jnp.zeros(10)]
adam = optax.adam(1e-3)
state = adam.init(parameters)


def loss(parameters, images, labels):
    hidden_kernel, hidden_bias, kernel, bias = parameters
    hidden = jax.nn.relu(images.reshape(64, -1) @ hidden_kernel + hidden_bias)
    return optax.softmax_cross_entropy_with_integer_labels(hidden @ kernel + bias, labels).mean()


@jax.jit
def step(parameters, state, images, labels):
    value, gradients = jax.value_and_grad(loss)(parameters, images, labels)
    updates, state = adam.update(gradients, state)
    return optax.apply_updates(parameters, updates), state, value


parameters, state, value = step(
    parameters, state, random.random((64, 28, 28), dtype="f4"), random.integers(0, 10, 64, dtype="i4")
)
jax.block_until_ready((parameters, state))
print("DONE", float(value), flush=True)
