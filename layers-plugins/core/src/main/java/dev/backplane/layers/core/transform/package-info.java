/** What is done to all gradients before the updates. */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.layers.core.transform;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
