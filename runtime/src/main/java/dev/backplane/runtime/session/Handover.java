package dev.backplane.runtime.session;

import dev.backplane.backend.Donations;
import dev.backplane.graph.Value;
import dev.backplane.runtime.placement.Part;
import dev.backplane.runtime.placement.Plan;
import java.util.List;
import java.util.TreeMap;

/**
 * An input of a program whose memory an output of the same type takes over: donation, seen from the
 * whole program.
 *
 * @param state the path of the state it holds
 * @param part the index of the part that makes the output, the last reader of the input on its site
 * @param input the input
 * @param output the output
 */
record Handover(String state, int part, Value input, Value output) {
  /** Whether the output may take over the input's memory: only where nobody reads it later. */
  static boolean isPossible(Plan plan, int part, Value input) {
    var parts = plan.parts();
    return parts.get(part).reads(input)
        && parts.subList(part + 1, parts.size()).stream()
            .noneMatch(later -> later.site() == parts.get(part).site() && later.reads(input));
  }

  /** The part that makes a value, or -1 if it is an input of the program. */
  static int maker(Plan plan, Value value) {
    for (int i = 0; i < plan.parts().size(); i++) {
      if (plan.parts().get(i).gives(value)) {
        return i;
      }
    }
    return -1;
  }

  /** The donations of one part. */
  static Donations donations(int index, Part part, List<Handover> handovers) {
    var donations = new TreeMap<Integer, Integer>();
    for (var handover : handovers) {
      if (handover.part() == index) {
        donations.put(
            part.graph().inputs().indexOf(handover.input()),
            part.graph().outputs().indexOf(handover.output()));
      }
    }
    return new Donations(donations);
  }
}
