/**
 * Sentences and mails in classes, and the models that people start with on them. Every corpus is
 * freed of duplicates before it is split, and split by what the texts say, so that the test part is
 * the same for every seed and host; vocabularies are made of the training part alone.
 */
@NullMarked
package dev.backplane.recipes.text;

import org.jspecify.annotations.NullMarked;
