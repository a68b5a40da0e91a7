/** Reading and writing models and weights, within bounds. */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.io;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
