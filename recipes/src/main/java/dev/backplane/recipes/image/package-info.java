/** Image datasets and the models that people start with on them. */
@NullMarked
@Version("0.1.0")
@Export
package dev.backplane.recipes.image;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
