/**
 * The layers themselves: dense, flatten, reshape, dropout; and the list by which the bundle
 * registers everything.
 */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.layers.core;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
