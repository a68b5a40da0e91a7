/** Which device runs which node of a program, and why. */
@NullMarked
package dev.backplane.runtime.placement;

import org.jspecify.annotations.NullMarked;
