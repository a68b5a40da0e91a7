/** The checks a backend makes before anything of its runs: what comes in fits what was compiled. */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.kit.check;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
