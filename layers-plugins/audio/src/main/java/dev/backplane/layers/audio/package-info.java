/**
 * Layers for recordings, and the list by which the bundle registers them. How a recording becomes
 * features is in {@link dev.backplane.layers.audio.signal}, the loss of transcripts in {@link
 * dev.backplane.layers.audio.ctc}.
 */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.layers.audio;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
