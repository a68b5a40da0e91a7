/** A plugin of a layer, an optimizer and a recipe, made into bundles of two versions. */
package dev.backplane.integration.swap.plugin;
