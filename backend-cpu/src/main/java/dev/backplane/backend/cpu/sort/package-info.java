/** Sorting along an axis. */
@NullMarked
package dev.backplane.backend.cpu.sort;

import org.jspecify.annotations.NullMarked;
