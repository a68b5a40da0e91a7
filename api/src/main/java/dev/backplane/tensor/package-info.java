/** Tensors, their types, and host values: dtypes, static shapes, literals. */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.tensor;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
