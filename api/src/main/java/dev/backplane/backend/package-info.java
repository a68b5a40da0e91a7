/** The service provider interface of hardware: five interfaces; a backend runs whole programs. */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.backend;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
