/** Which bundle fits a host, and for each that does not the requirement that nothing satisfies. */
@NullMarked
package dev.backplane.launcher.cli.assembly;

import org.jspecify.annotations.NullMarked;
