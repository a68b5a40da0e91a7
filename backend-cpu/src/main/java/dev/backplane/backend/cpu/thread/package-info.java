/** The threads of a device, and how they share the rounds of a program. */
@NullMarked
package dev.backplane.backend.cpu.thread;

import org.jspecify.annotations.NullMarked;
