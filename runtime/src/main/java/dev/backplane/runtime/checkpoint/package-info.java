/**
 * What training leaves on disk: {@link dev.backplane.runtime.checkpoint.SafeTensors} files, {@link
 * dev.backplane.runtime.checkpoint.Checkpoint} folders that are whole or not there, and the {@link
 * dev.backplane.runtime.checkpoint.RunFolder} around them.
 */
@NullMarked
package dev.backplane.runtime.checkpoint;

import org.jspecify.annotations.NullMarked;
