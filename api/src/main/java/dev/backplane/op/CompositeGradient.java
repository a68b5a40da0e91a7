package dev.backplane.op;

/**
 * A composite's own gradient.
 *
 * @param forward the augmented forward composite: takes the operands, gives the results and then
 *     the residuals
 * @param backward takes the operands, the results, the residuals and the cotangents of the results;
 *     gives one cotangent for each operand of floating dtype, in their order
 */
public record CompositeGradient(Composite forward, Composite backward) {}
