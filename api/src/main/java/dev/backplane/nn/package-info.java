/**
 * What plugins of a model implement, each a record with one method: layer, loss, optimizer, metric,
 * schedule, initializer.
 */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.nn;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
