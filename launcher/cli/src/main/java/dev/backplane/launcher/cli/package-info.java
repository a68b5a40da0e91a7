/**
 * The command line: one class for each command, wired by Guice, parsed by picocli. Whoever runs the
 * framework finds it as a service {@code ToIntFunction<String[]>} with the property {@code
 * backplane.command=main}: arguments in, exit code out.
 */
@NullMarked
package dev.backplane.launcher.cli;

import org.jspecify.annotations.NullMarked;
