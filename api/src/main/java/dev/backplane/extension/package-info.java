/** How a plugin registers its layers, losses, optimizers under stable names. */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.extension;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
