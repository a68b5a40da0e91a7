/**
 * Takes in what is dropped into a folder of plugins while the process runs: a bundle that comes is
 * installed and started, one that is overwritten is replaced, one that is deleted goes, each as
 * soon as no job is hurt by it; and one that must not come in is refused with the reason.
 *
 * <p>The folder says what is wanted, the framework what is there; the deployer looks at both again
 * and again and brings the second nearer to the first. It looks by itself instead of being told
 * (there is no {@code WatchService} here): a look at a handful of files costs microseconds, and it
 * is the only way that works alike on local disks, network folders and mounts of containers, and
 * that has no queue to overflow.
 */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.launcher.deployer;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
