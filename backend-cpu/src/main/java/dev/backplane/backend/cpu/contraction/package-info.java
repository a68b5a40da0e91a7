/** Matrix products by our own kernels. */
@NullMarked
package dev.backplane.backend.cpu.contraction;

import org.jspecify.annotations.NullMarked;
