package dev.backplane.backend.cpu.program;

/**
 * Rows divided into parts as equal as can be: a part begins at the same row whatever runs it, and
 * steps that divide the same number of rows begin their parts at the same rows, so that nothing has
 * to wait between them.
 *
 * @param rows what is divided: images of a batch, rows of a parameter, channels
 * @param parts how many, at least 1 and at most the rows
 */
record Division(long rows, int parts) {
  /** Of as many parts as asked for, or fewer where there are not so many rows. */
  static Division of(long rows, int wanted) {
    return new Division(rows, (int) Math.max(1, Math.min(rows, wanted)));
  }

  /** The first row of a part. */
  long from(int part) {
    return rows * part / parts;
  }

  /** The row behind the last one of a part. */
  long to(int part) {
    return from(part + 1);
  }

  long count(int part) {
    return to(part) - from(part);
  }

  /** What a part touches of a dense value with so many bytes for each row. */
  Span span(int part, long rowBytes) {
    return new Span(from(part) * rowBytes, to(part) * rowBytes);
  }
}
