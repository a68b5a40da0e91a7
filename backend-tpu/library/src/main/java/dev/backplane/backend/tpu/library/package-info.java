/**
 * The PJRT plugins this process has loaded. A bundle of its own, which is never swapped: a plugin
 * is loaded once in the life of a process and stays, while the bundle that uses it comes and goes.
 * See {@link dev.backplane.backend.tpu.library.PluginLibrary}.
 */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.backend.tpu.library;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
