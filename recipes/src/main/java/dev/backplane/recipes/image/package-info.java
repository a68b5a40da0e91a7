/** Image datasets and the models that people start with on them. */
@NullMarked
package dev.backplane.recipes.image;

import org.jspecify.annotations.NullMarked;
