/**
 * What the tests of layer bundles share: numbers that another framework computed, and a layer's
 * values and gradients against them. For tests only, in no assembly.
 */
@NullMarked
package dev.backplane.layers.parity;

import org.jspecify.annotations.NullMarked;
