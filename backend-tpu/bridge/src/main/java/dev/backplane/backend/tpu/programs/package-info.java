/** Compiled programs that are kept from one process to the next. */
@NullMarked
package dev.backplane.backend.tpu.programs;

import org.jspecify.annotations.NullMarked;
