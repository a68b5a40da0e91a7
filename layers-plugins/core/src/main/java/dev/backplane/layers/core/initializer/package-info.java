/** First values of parameters, as functions of fan-in and fan-out. */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.layers.core.initializer;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
