/**
 * Pictures of a training, as PNG files: {@link dev.backplane.launcher.plots.Plots} draws the curve
 * of each figure over the epochs and the {@link dev.backplane.launcher.plots.Confusion} of a
 * classifier. No display is needed; the JVM's module {@code java.desktop} and a font are.
 */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.launcher.plots;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
