/** Where the intermediate values of a program lie: liveness and a plan of shared scratch memory. */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.kit.memory;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
