/**
 * Forms of a computation that replace slower ones of the same bits once the JVM has compiled them.
 */
@NullMarked
package dev.backplane.backend.cpu.warm;

import org.jspecify.annotations.NullMarked;
