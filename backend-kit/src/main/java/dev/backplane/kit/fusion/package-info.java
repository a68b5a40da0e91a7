/**
 * Fusion: which nodes of a graph run as one loop. Chains of elementwise ops and the reductions
 * between them become groups over one iteration space of rows and columns; everything else stays a
 * step of its own. Nothing here knows a backend.
 */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.kit.fusion;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
