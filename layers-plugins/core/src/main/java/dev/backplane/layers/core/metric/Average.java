package dev.backplane.layers.core.metric;

/** How the values of several classes become one figure. */
public enum Average {
  /** Their mean, each class counting as much. */
  MACRO,
  /** Their mean, each class counting as often as it is true. */
  WEIGHTED,
  /** That of the last class alone: the yes of a yes-or-no question. */
  LAST
}
