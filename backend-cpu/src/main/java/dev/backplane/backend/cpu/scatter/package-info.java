/** Combining slices into a tensor at computed places. */
@NullMarked
package dev.backplane.backend.cpu.scatter;

import org.jspecify.annotations.NullMarked;
