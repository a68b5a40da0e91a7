/** Computing at once: every op is a cached program of its own. */
@NullMarked
package dev.backplane.runtime.eager;

import org.jspecify.annotations.NullMarked;
