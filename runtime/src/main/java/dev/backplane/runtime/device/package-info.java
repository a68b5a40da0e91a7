/** Backends and their devices as the engine sees them: gathered, scored, leased. */
@NullMarked
package dev.backplane.runtime.device;

import org.jspecify.annotations.NullMarked;
