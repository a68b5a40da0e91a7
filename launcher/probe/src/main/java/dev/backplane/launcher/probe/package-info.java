/**
 * The host probe: a bundle for any OSGi framework that publishes what the host has as generated,
 * manifest-only <em>device bundles</em>, one for each device, with a capability in the namespace
 * {@code backplane.hardware}. A backend bundle requires what it needs of that namespace, and so the
 * resolver decides what fits this host.
 *
 * <p>One file for each kind of hardware: {@link dev.backplane.launcher.probe.CpuProbe}, {@link
 * dev.backplane.launcher.probe.PjrtProbe}.
 */
@NullMarked
package dev.backplane.launcher.probe;

import org.jspecify.annotations.NullMarked;
