package dev.backplane.backend.cpu.kernel;

import java.util.List;

/**
 * How far apart rows lie that are parts of longer ones: gates side by side are read where they are,
 * and pieces are written to where they stand side by side. An address of such an input or output is
 * that of its own first element.
 *
 * @param columns of every row that is part of a longer one; 0 where there is none
 * @param inputs by input, the elements from one row to the next; 0 for one without gaps
 * @param outputs the same by output
 */
public record Pitches(long columns, List<Long> inputs, List<Long> outputs) {
  /** Rows without gaps. */
  static final Pitches NONE = new Pitches(0, List.of(), List.of());

  /** Copies the lists. */
  public Pitches {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  long ofInput(int input) {
    return inputs.isEmpty() ? 0 : inputs.get(input);
  }

  long ofOutput(int output) {
    return outputs.isEmpty() ? 0 : outputs.get(output);
  }
}
