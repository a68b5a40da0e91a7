/** The engine as its users meet it: a service in OSGi, a provider on class and module path. */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.runtime;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
