/**
 * The reference interpreter: slow and obvious, the meaning of every primitive in executable form.
 * It is the oracle that other backends are compared with, and the backend that is always there.
 *
 * <p>Every primitive has one method that bears its record's name. Floats are held as doubles and
 * rounded to their dtype after each op; contractions and reductions add up in f64 and round once,
 * which is at least as exact as anything the semantics allow.
 */
@NullMarked
package dev.backplane.runtime.reference;

import org.jspecify.annotations.NullMarked;
