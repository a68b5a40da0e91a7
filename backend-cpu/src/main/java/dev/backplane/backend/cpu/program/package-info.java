/** From a graph to a list of bound steps: lowering, order, memory. */
@NullMarked
package dev.backplane.backend.cpu.program;

import org.jspecify.annotations.NullMarked;
