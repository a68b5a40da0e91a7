package dev.backplane.backend.tpu.pjrt;

/** The codes of PJRT errors, in the order of their numbers; those of Abseil's statuses. */
public enum ErrorCode {
  /** Not an error. */
  OK,
  /** Cancelled. */
  CANCELLED,
  /** A program that is not understood: its text, its types. */
  UNKNOWN,
  /** What was passed does not fit. */
  INVALID_ARGUMENT,
  /** It took too long. */
  DEADLINE_EXCEEDED,
  /** Something named is not there, such as the target of a custom call. */
  NOT_FOUND,
  /** It is there already. */
  ALREADY_EXISTS,
  /** Not allowed. */
  PERMISSION_DENIED,
  /** No memory. */
  RESOURCE_EXHAUSTED,
  /** The host lacks something, such as a driver. */
  FAILED_PRECONDITION,
  /** Given up. */
  ABORTED,
  /** Beyond what there is. */
  OUT_OF_RANGE,
  /** The plugin cannot do it. */
  UNIMPLEMENTED,
  /** A fault of the plugin's. */
  INTERNAL,
  /** Not now. */
  UNAVAILABLE,
  /** Data are lost. */
  DATA_LOSS,
  /** Who asks is not known. */
  UNAUTHENTICATED;

  static ErrorCode of(int number) {
    var all = values();
    return number >= 0 && number < all.length ? all[number] : UNKNOWN;
  }
}
