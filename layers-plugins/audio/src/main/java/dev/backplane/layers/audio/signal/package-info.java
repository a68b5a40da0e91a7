/**
 * From a WAV file to features, on the host: reading, resampling, short-time Fourier transform, mel
 * filters, cepstra. Computed in f64 and rounded once, so that every host gives the same features.
 */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.layers.audio.signal;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
