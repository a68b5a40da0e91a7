package dev.backplane.nn;

import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.Tensors;

/**
 * One batch inside a program.
 *
 * @param inputs what the model gets; [batch, …] each
 * @param targets what it should give; [batch, …] each
 * @param weights f32 [batch]: the weight of each example
 */
public record Batch(Tensors inputs, Tensors targets, Tensor weights) {}
