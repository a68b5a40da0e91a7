/** Names that users type. */
@NullMarked
package dev.backplane.runtime.name;

import org.jspecify.annotations.NullMarked;
