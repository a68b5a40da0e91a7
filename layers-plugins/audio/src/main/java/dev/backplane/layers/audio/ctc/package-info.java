/**
 * Connectionist temporal classification (Graves et al., 2006): transcripts without alignment. The
 * loss, its metric, and the decoders.
 */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.layers.audio.ctc;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
