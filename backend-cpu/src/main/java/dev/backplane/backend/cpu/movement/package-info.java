/** Steps that move elements, and the few that are neither a product nor a fused kernel. */
@NullMarked
package dev.backplane.backend.cpu.movement;

import org.jspecify.annotations.NullMarked;
