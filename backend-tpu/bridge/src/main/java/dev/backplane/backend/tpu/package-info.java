/**
 * Any PJRT plugin as a device. The {@link dev.backplane.backend.tpu.discovery} finds plugins and
 * tries each in a child process; the {@link dev.backplane.backend.tpu.stablehlo} writes a graph as
 * a program; the {@link dev.backplane.backend.tpu.pjrt} speaks to the plugin; here these are made
 * into the five interfaces of a backend.
 */
@NullMarked
package dev.backplane.backend.tpu;

import org.jspecify.annotations.NullMarked;
