/**
 * Operations as plain data: the closed set of {@linkplain dev.backplane.op.Primitive primitives},
 * each with its type inference and numbered constraints, and {@linkplain dev.backplane.op.Composite
 * composites}, which carry their decomposition. What is done with an op (gradient, execution) is
 * attached from outside by exhaustive switches.
 */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.op;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
