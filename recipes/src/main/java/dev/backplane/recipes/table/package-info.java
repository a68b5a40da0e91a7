/** Small tables that come with this bundle, and the models that people start with on them. */
@NullMarked
package dev.backplane.recipes.table;

import org.jspecify.annotations.NullMarked;
