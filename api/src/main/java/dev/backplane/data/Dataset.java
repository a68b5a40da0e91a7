package dev.backplane.data;

import java.util.List;

/**
 * A data set that is split for training and test.
 *
 * @param name the stable name
 * @param train to learn from
 * @param test to measure with
 * @param classes the names of the classes, in the order of their labels; empty where there are none
 */
public record Dataset(String name, Examples train, Examples test, List<String> classes) {
  /** Copies the classes. */
  public Dataset {
    classes = List.copyOf(classes);
  }
}
