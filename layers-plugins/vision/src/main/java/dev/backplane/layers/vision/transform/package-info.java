/**
 * What is done to a picture: resize, crop, flip, shift, rotate, noise, normalize, standardize. Each
 * a record that is a pure function of the picture and of the numbers it draws.
 */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.layers.vision.transform;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
