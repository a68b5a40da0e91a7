/**
 * Several devices as one: a program divided among replicas, and a group that looks like a device.
 */
@NullMarked
package dev.backplane.runtime.replica;

import org.jspecify.annotations.NullMarked;
