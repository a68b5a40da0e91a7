/**
 * The conformance kit: seeded cases for every primitive, kind and dtype, compared with the
 * reference interpreter within written tolerances; the protocol of the five SPI interfaces; samples
 * for gradients; and devices that watch, fail or record.
 *
 * <p>A backend's test is three lines:
 *
 * <pre>{@code
 * @TestFactory Stream<DynamicTest> conforms() {
 *   return Conformance.checks(device, 1).map(check -> dynamicTest(check.name(), () ->
 *       check.run().ifPresent(reason -> Assumptions.abort("declared unsupported: " + reason))));
 * }
 * }</pre>
 */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.tck;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
