package dev.backplane.kit.check;

import dev.backplane.backend.Buffer;
import dev.backplane.backend.Donations;
import dev.backplane.backend.Program;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Checks of what {@link dev.backplane.backend.Executable#bind} and the copies of buffers are given.
 */
public final class Bindings {
  private Bindings() {}

  /**
   * Whether buffers fit a program.
   *
   * <ul>
   *   <li>C1: as many arguments and results as the program has.
   *   <li>C2: each has the type of its place.
   *   <li>C3: no result stands twice.
   *   <li>C4: a result is an argument only where that argument is donated to it.
   *   <li>C5: a donated argument is passed once.
   * </ul>
   *
   * @throws IllegalArgumentException naming the constraint
   */
  public static void check(
      List<TensorType> argumentTypes,
      List<TensorType> resultTypes,
      Donations donations,
      List<? extends Buffer> arguments,
      List<? extends Buffer> results) {
    types("argument", argumentTypes, arguments);
    types("result", resultTypes, results);
    for (int r = 0; r < results.size(); r++) {
      if (indexOf(results, results.get(r)) != r) {
        throw new IllegalArgumentException(
            "bind C3: results "
                + indexOf(results, results.get(r))
                + " and "
                + r
                + " are one buffer; give each its own");
      }
    }
    for (int a = 0; a < arguments.size(); a++) {
      int twin = indexOf(arguments, arguments.get(a));
      var given = donations.resultOfArgument();
      if (twin != a && (given.containsKey(twin) || given.containsKey(a))) {
        throw new IllegalArgumentException(
            "bind C5: a donated buffer is passed twice, as arguments " + twin + " and " + a);
      }
    }
    for (int a = 0; a < arguments.size(); a++) {
      int result = indexOf(results, arguments.get(a));
      if (result >= 0 && result != donations.resultOfArgument().getOrDefault(a, -1)) {
        throw new IllegalArgumentException(
            "bind C4: argument "
                + a
                + " is the buffer of result "
                + result
                + ", to which it is not donated; donations: "
                + donations.resultOfArgument());
      }
    }
  }

  /**
   * Whether buffers fit a program on each replica of a group.
   *
   * @param group how many replicas there are; those of the first come first
   * @throws IllegalArgumentException naming the constraint
   */
  public static void checkGroup(
      Program program,
      int group,
      List<? extends Buffer> arguments,
      List<? extends Buffer> results) {
    int in = program.graph().inputs().size();
    int out = program.graph().outputs().size();
    if (arguments.size() != in * group || results.size() != out * group) {
      throw new IllegalArgumentException(
          "bind C1: expected %d arguments and %d results, found %d and %d"
              .formatted(in * group, out * group, arguments.size(), results.size()));
    }
    for (int replica = 0; replica < group; replica++) {
      check(
          program.graph().inputTypes(),
          program.graph().outputTypes(),
          program.donations(),
          arguments.subList(replica * in, (replica + 1) * in),
          results.subList(replica * out, (replica + 1) * out));
    }
  }

  /**
   * Whether a program's donations are of equal types.
   *
   * <ul>
   *   <li>C7: arguments and results are there, and of one type.
   * </ul>
   *
   * @throws IllegalArgumentException naming the constraint
   */
  public static void checkDonations(Program program) {
    var arguments = program.graph().inputTypes();
    var results = program.graph().outputTypes();
    program
        .donations()
        .resultOfArgument()
        .forEach(
            (argument, result) -> {
              boolean fits =
                  argument >= 0
                      && argument < arguments.size()
                      && result >= 0
                      && result < results.size()
                      && arguments.get(argument).equals(results.get(result));
              if (!fits) {
                throw new IllegalArgumentException(
                    "compile C7: argument "
                        + argument
                        + " is donated to result "
                        + result
                        + ", but the arguments are "
                        + arguments
                        + " and the results "
                        + results);
              }
            });
  }

  /**
   * Whether a host segment fits a buffer.
   *
   * @throws IllegalArgumentException if its size is not that of the type, or it has to be written
   *     and is read-only
   */
  public static void checkHost(TensorType type, MemorySegment host, boolean written) {
    if (host.byteSize() != type.bytes()) {
      throw new IllegalArgumentException(
          type + " has " + type.bytes() + " bytes, the host segment has " + host.byteSize());
    }
    if (written && host.isReadOnly()) {
      throw new IllegalArgumentException(
          "the host segment that shall receive " + type + " is read-only");
    }
  }

  private static void types(String what, List<TensorType> types, List<? extends Buffer> buffers) {
    if (types.size() != buffers.size()) {
      throw new IllegalArgumentException(
          "bind C1: expected " + types.size() + " " + what + "s, found " + buffers.size());
    }
    for (int i = 0; i < types.size(); i++) {
      if (!types.get(i).equals(buffers.get(i).type())) {
        throw new IllegalArgumentException(
            "bind C2: "
                + what
                + " "
                + i
                + ": expected "
                + types.get(i)
                + ", found "
                + buffers.get(i).type());
      }
    }
  }

  private static int indexOf(List<? extends Buffer> buffers, Buffer sought) {
    for (int i = 0; i < buffers.size(); i++) {
      if (buffers.get(i) == sought) {
        return i;
      }
    }
    return -1;
  }
}
