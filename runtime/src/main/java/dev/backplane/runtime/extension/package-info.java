/**
 * What plugins register, and the way from a registered record to plain data and back: {@link
 * dev.backplane.runtime.extension.Registry} maps records to descriptions, {@link
 * dev.backplane.runtime.extension.DescriptionJson} writes those as JSON.
 */
@NullMarked
package dev.backplane.runtime.extension;

import org.jspecify.annotations.NullMarked;
