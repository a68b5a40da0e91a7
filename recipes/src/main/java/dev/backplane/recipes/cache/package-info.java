/**
 * Gets the public datasets that recipes train on, and keeps them.
 *
 * <p>A {@link dev.backplane.recipes.cache.DatasetPin} names a dataset's files by the sha256 of
 * their decompressed contents, so any source will do: a folder, a package of some ecosystem, a
 * mirror. {@link dev.backplane.recipes.cache.DatasetCache} asks the sources in turn, unpacks
 * without any right or tool of the host, compares every byte with the pins and moves the whole
 * dataset into place at once:
 *
 * {@snippet :
 * var cache = new DatasetCache(CacheSettings.ofProcess(), event -> System.err.println(event));
 * Path images = cache.open(pin).file("train-images-idx3-ubyte");
 * }
 *
 * <p>Everything that goes wrong is a {@link dev.backplane.recipes.cache.DatasetException} whose
 * message is meant for the user.
 */
@NullMarked
@Version("0.1.0")
@Export
package dev.backplane.recipes.cache;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
