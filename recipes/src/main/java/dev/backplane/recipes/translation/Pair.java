package dev.backplane.recipes.translation;

/**
 * A sentence and its translation.
 *
 * @param source in English
 * @param target in the other language
 */
record Pair(String source, String target) {}
