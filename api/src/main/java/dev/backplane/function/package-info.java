/** Programs from your own maths: compile, gradients, stop-gradient. */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.function;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
