package dev.backplane.runtime.placement;

/** One of the two devices a program may run on. */
public enum Site {
  /** The device the user chose. */
  CHOSEN,
  /** The reference device, for what the chosen one does not run. */
  REFERENCE
}
