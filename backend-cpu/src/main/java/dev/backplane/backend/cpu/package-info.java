/**
 * The CPU backend: oneDNN for contractions, kernels generated as bytecode for chains of elementwise
 * ops and reductions. A program is a list of prebound calls over planned, reused native memory.
 */
@NullMarked
package dev.backplane.backend.cpu;

import org.jspecify.annotations.NullMarked;
