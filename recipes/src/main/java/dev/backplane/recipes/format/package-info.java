/**
 * Readers of the plain file formats that datasets and users' own inputs come in, and examples kept
 * as columns of memory.
 *
 * <p>A reader accepts only what it can bound and answers anything else with {@link
 * dev.backplane.recipes.format.MalformedDataException}, which says where, what, and what was
 * expected.
 */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.recipes.format;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
