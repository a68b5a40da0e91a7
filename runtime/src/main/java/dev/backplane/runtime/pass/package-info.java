/**
 * Functions from graph to graph that keep its meaning: simplification, dead code, decomposition.
 */
@NullMarked
package dev.backplane.runtime.pass;

import org.jspecify.annotations.NullMarked;
