package dev.backplane.recipes.text;

/**
 * A text and what it is.
 *
 * @param text the text
 * @param label the index of its class
 */
record LabelledText(String text, int label) {}
