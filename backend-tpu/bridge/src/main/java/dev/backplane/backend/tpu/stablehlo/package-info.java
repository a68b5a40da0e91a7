/**
 * Programs as StableHLO: what each primitive is in the language of OpenXLA's compilers. {@link
 * dev.backplane.backend.tpu.stablehlo.StableHlo} is the entry, {@code Lowering} the table of ops,
 * and each family of ops has a class of its own.
 */
@NullMarked
package dev.backplane.backend.tpu.stablehlo;

import org.jspecify.annotations.NullMarked;
