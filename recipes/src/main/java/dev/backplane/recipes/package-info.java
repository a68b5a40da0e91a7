/** What the recipes of this bundle share. */
@NullMarked
package dev.backplane.recipes;

import org.jspecify.annotations.NullMarked;
