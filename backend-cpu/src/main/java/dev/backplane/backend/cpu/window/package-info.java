/** Windows that move over a tensor: pooling of every kind, and what carries its gradient back. */
@NullMarked
package dev.backplane.backend.cpu.window;

import org.jspecify.annotations.NullMarked;
