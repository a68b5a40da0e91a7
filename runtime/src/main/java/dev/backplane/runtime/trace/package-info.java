/**
 * Programs being recorded: what the user's functions do becomes a graph, or is computed at once.
 */
@NullMarked
package dev.backplane.runtime.trace;

import org.jspecify.annotations.NullMarked;
