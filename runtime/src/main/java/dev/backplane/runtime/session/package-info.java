/** State on devices and the programs that share it. */
@NullMarked
package dev.backplane.runtime.session;

import org.jspecify.annotations.NullMarked;
