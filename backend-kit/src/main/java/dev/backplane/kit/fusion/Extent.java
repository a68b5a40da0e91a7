package dev.backplane.kit.fusion;

/** How many elements of a group's {@link Space} a value has, and so how it is indexed. */
public enum Extent {
  /** One element for each row and column; index = row · columns + column. */
  FULL,
  /** One element for each row; index = row. */
  ROW,
  /** One element for each column; index = column. */
  COLUMN,
  /** One element. */
  SCALAR
}
