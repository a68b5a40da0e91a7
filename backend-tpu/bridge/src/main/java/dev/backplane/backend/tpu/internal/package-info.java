/** The one place that calls C functions: those of a PJRT plugin, and the environment's. */
@NullMarked
package dev.backplane.backend.tpu.internal;

import org.jspecify.annotations.NullMarked;
