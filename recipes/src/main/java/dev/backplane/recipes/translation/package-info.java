/**
 * Translation of the words that programs show to people: pairs of an English sentence and what
 * translators of open programs made of it, and a Transformer that learns from them.
 */
@NullMarked
package dev.backplane.recipes.translation;

import org.jspecify.annotations.NullMarked;
