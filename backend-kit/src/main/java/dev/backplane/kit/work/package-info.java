/** How much work a node is: operations and bytes, for reports. */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.kit.work;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
