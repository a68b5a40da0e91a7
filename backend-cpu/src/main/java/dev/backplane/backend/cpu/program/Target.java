package dev.backplane.backend.cpu.program;

import dev.backplane.backend.cpu.internal.OneDnn;

/**
 * What programs are lowered for.
 *
 * @param oneDnn the library
 * @param stream the order of work of the device
 * @param vectors whether the JVM has the Vector API
 */
public record Target(OneDnn oneDnn, OneDnn.Stream stream, boolean vectors) {}
