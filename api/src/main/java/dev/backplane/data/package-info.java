/** Data sets, batches and recipes. */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.data;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
