/**
 * The process behind {@code ./backplane}: a framework with its own storage, the bundles of the
 * assembly, and the one service that is the command line. It shares no class with the bundles but
 * those of the JDK and of OSGi.
 */
@NullMarked
package dev.backplane.launcher.boot;

import org.jspecify.annotations.NullMarked;
