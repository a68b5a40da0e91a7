/** Reverse-mode gradients, graph to graph, before any decomposition. */
@NullMarked
package dev.backplane.runtime.gradient;

import org.jspecify.annotations.NullMarked;
