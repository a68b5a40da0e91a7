/** The engine as its users meet it: a service in OSGi, a provider on class and module path. */
@NullMarked
package dev.backplane.runtime;

import org.jspecify.annotations.NullMarked;
