/**
 * Elementwise chains and reductions as generated kernels. A group of the graph is scheduled into
 * phases and passes ({@code Schedule}), written down as loops over expressions ({@code Plan},
 * {@code Lane}), and these as bytecode, scalar or vector.
 */
@NullMarked
package dev.backplane.backend.cpu.kernel;

import org.jspecify.annotations.NullMarked;
