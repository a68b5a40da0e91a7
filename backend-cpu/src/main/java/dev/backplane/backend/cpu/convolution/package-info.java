/** Convolutions: their geometry, oneDNN's three forms of them, and our own kernel for the rest. */
@NullMarked
package dev.backplane.backend.cpu.convolution;

import org.jspecify.annotations.NullMarked;
