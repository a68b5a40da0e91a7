/** Functions that are traced and compiled by the types of their arguments. */
@NullMarked
package dev.backplane.runtime.function;

import org.jspecify.annotations.NullMarked;
