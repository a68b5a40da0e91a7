/**
 * A device whose memory is the host's, all but its arithmetic: {@link
 * dev.backplane.kit.host.HostDevice} has buffers on the heap, plans scratch memory, binds, runs and
 * refuses as the SPI's rules say, and moves data. A backend brings {@link
 * dev.backplane.kit.host.Kernels}: what it computes. {@code docs/adding-a-backend.md} makes one.
 */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.kit.host;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
