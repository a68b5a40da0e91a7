/**
 * Models that listen: spoken digits, and strings of digits and letters. Their voices are those of
 * espeak-ng, a program of its own, or a user's recordings.
 */
@NullMarked
package dev.backplane.recipes.speech;

import org.jspecify.annotations.NullMarked;
