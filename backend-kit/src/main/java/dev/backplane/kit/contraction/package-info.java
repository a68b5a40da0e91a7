/** Contractions as what hardware has kernels for: batched matrix products over strided views. */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.kit.contraction;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
