/**
 * Which plugins there are and what they can do, found out without risk: a file's form is looked at
 * first, then a child process loads it and makes a client, with a limit of time, and its answer is
 * kept. A plugin that hangs, aborts or crashes does so there.
 */
@NullMarked
package dev.backplane.backend.tpu.discovery;

import org.jspecify.annotations.NullMarked;
