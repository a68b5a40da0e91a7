/** The one place that calls the dynamic linker. */
@NullMarked
package dev.backplane.backend.tpu.library.internal;

import org.jspecify.annotations.NullMarked;
