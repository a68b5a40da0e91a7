/** Deep learning on hardware that plugs in. Begin at {@link dev.backplane.Backplane}. */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
