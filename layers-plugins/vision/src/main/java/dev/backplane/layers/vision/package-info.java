/**
 * Pictures as examples: {@link dev.backplane.layers.vision.Transformed} puts transforms in front of
 * a training, drawn anew in each epoch, and the list by which the bundle registers them.
 */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.layers.vision;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
