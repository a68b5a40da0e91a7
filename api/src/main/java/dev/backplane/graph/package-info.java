/** Graphs: closed, immutable programs of ops, and their text form. */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.graph;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
