/**
 * Pictures from files (PNG, JPEG and what else the JDK's ImageIO reads), and folders of them with a
 * class per sub-folder.
 */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.layers.vision.file;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
