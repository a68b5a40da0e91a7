/**
 * Which bundle fits, and for each that does not the reason: of those that are installed, of one in
 * a file, and of all of them on another host. One judgement for the deployer and for {@code why}.
 */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.launcher.deployer.assembly;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
