package dev.backplane.tck;

import dev.backplane.BackplaneException;
import dev.backplane.backend.Backend;
import dev.backplane.backend.Device;
import dev.backplane.backend.DeviceSettings;
import dev.backplane.backend.Program;
import dev.backplane.backend.Support;
import dev.backplane.backend.UnsupportedProgramException;
import dev.backplane.backend.Workspace;
import dev.backplane.op.CustomCall;
import dev.backplane.tensor.Literal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Compares a device with the reference interpreter, case by case. */
public final class Conformance {
  private final Device device;
  private final Device oracle;
  private final long seed;

  private Conformance(Device device, Device oracle, long seed) {
    this.device = device;
    this.oracle = oracle;
    this.seed = seed;
  }

  /** All families of cases for one replica. */
  public static List<Family> families() {
    return families(1);
  }

  /** All families of cases for a group of replicas. */
  public static List<Family> families(int replicas) {
    return Stream.of(
            ElementwiseCases.all(),
            MovementCases.all(),
            IndexedCases.all(),
            ContractionCases.all(),
            ReductionCases.all(),
            ControlCases.all(replicas))
        .flatMap(List::stream)
        .toList();
  }

  /**
   * Runs all cases on a device of one replica, with the {@code reference} backend as the oracle.
   *
   * @param results is told of each case as it ends
   * @throws IllegalStateException if no reference backend is provided as a service
   */
  public static void run(Device device, long seed, Consumer<CaseResult> results) {
    try (var oracle = reference(1)) {
      run(device, oracle, seed, families(), results);
    }
  }

  /**
   * Runs some families on a device.
   *
   * @param oracle says what is right; of as many replicas as the device
   */
  public static void run(
      Device device,
      Device oracle,
      long seed,
      List<Family> families,
      Consumer<CaseResult> results) {
    var conformance = new Conformance(device, oracle, seed);
    for (var family : families) {
      family.cases(seed).forEach(each -> results.accept(conformance.judge(each)));
    }
  }

  /**
   * One check for each family, for a test framework to run; each uses the {@code reference} backend
   * as its oracle. The system properties {@code backplane.tck.seed} and {@code backplane.tck.only}
   * (a case's name, as a failure prints it) replace the seed and narrow the choice.
   */
  public static Stream<Check> checks(Device device, long seed) {
    return checks(device, seed, 1);
  }

  /** As {@link #checks(Device, long)}, for a group of replicas: the collectives only. */
  public static Stream<Check> groupChecks(Device group, long seed, int replicas) {
    return checks(group, seed, replicas)
        .filter(check -> check.family.primitive().getSimpleName().matches("All.*|.*Scatter|Coll.*"))
        .filter(check -> check.family.at(seed, 0).replicas() == replicas);
  }

  private static Stream<Check> checks(Device device, long seed, int replicas) {
    long chosen = Long.getLong("backplane.tck.seed", seed);
    var only = System.getProperty("backplane.tck.only", "");
    return families(replicas).stream()
        .filter(
            family ->
                only.isEmpty()
                    || only.equals(family.name())
                    || only.startsWith(family.name() + ":"))
        .map(family -> new Check(family, device, chosen, replicas, only));
  }

  /**
   * One family to be run.
   *
   * @param family the family
   * @param device the device
   * @param seed the seed
   * @param replicas of the group that the device is
   * @param only the name of the only case to run; empty for all
   */
  public record Check(Family family, Device device, long seed, int replicas, String only) {
    /** The family's name. */
    public String name() {
      return family.name();
    }

    /**
     * Runs the cases.
     *
     * @return why the device declares that it supports none of them; empty if it ran any
     * @throws AssertionError if a case fails; names it, the first wrong element, and the seed
     */
    public Optional<String> run() {
      return run(Integer.MAX_VALUE, 1);
    }

    /**
     * As {@link #run}, but with all cases in one program: for devices whose compilers take long
     * over each.
     */
    public Optional<String> runTogether() {
      return runTogether(Integer.MAX_VALUE);
    }

    /**
     * Runs some of the cases in one program.
     *
     * @param most how many at most; they are spread over the family
     */
    public Optional<String> runTogether(int most) {
      return run(most, Integer.MAX_VALUE);
    }

    private Optional<String> run(int most, int atOnce) {
      int step = Math.ceilDiv(family.count(), Math.min(most, family.count()));
      var cases = new ArrayList<Case>();
      for (int i = 0; i < family.count(); i++) {
        var each = family.at(seed, i);
        if (only.isEmpty() ? i % step == 0 : List.of(family.name(), each.name()).contains(only)) {
          cases.add(each);
        }
      }
      var reasons = new ArrayList<String>();
      int ran = 0;
      try (var oracle = reference(replicas)) {
        var conformance = new Conformance(device, oracle, seed);
        for (int i = 0; i < cases.size(); i += Math.min(atOnce, cases.size())) {
          var part = cases.subList(i, Math.min(cases.size(), i + Math.min(atOnce, cases.size())));
          for (var result : conformance.judge(part)) {
            switch (result) {
              case CaseResult.Passed passed -> ran++;
              case CaseResult.Failed failed -> throw new AssertionError(failed.message());
              case CaseResult.DeclaredUnsupported unsupported -> reasons.add(unsupported.reason());
            }
          }
        }
      }
      return ran == 0 && !reasons.isEmpty() ? Optional.of(reasons.getFirst()) : Optional.empty();
    }
  }

  /**
   * Runs random programs of many exact ops, and asks for the very bits: what fusing, sharing memory
   * and reordering must not change. Each also runs a few times in place, arguments donated to
   * results. Ops that the device does not support natively are left out.
   *
   * @param count how many programs
   * @throws AssertionError if a result differs; names the program, the element and its seed. Also
   *     if hardly any of many programs could be compared, because of what the device declares
   */
  public static void programs(Device device, Device oracle, long seed, int count) {
    var check = new ProgramCheck(device, oracle);
    int compared = 0;
    for (int i = 0; i < count; i++) {
      compared += check.run(seed + i) ? 1 : 0;
    }
    if (count >= 10 && compared < count / 4) {
      throw new AssertionError(
          device.info().id() + ": only " + compared + " of " + count + " programs were compared");
    }
  }

  /** As {@link #programs(Device, Device, long, int)}, with the {@code reference} backend. */
  public static void programs(Device device, long seed, int count) {
    try (var oracle = reference(1)) {
      programs(device, oracle, seed, count);
    }
  }

  /** Opens the reference backend, found as a service. */
  static Device reference(int replicas) {
    for (var loader : List.of(Conformance.class.getClassLoader(), contextLoader())) {
      for (var backend : ServiceLoader.load(Backend.class, loader)) {
        if (backend.info().id().equals("reference")) {
          var group = Collections.nCopies(replicas, backend.devices().getFirst());
          return backend.open(group, DeviceSettings.defaults());
        }
      }
    }
    throw new IllegalStateException(
        "no Backend service \"reference\": put dev.backplane.runtime on the class or module path,"
            + " or pass an oracle");
  }

  private static ClassLoader contextLoader() {
    var loader = Thread.currentThread().getContextClassLoader();
    return loader == null ? ClassLoader.getSystemClassLoader() : loader;
  }

  private CaseResult judge(Case subject) {
    return judge(List.of(subject)).getFirst();
  }

  /** Runs the cases that the device supports as one program, and compares them one by one. */
  private List<CaseResult> judge(List<Case> subjects) {
    var results = new ArrayList<CaseResult>();
    var run = new ArrayList<Case>();
    for (var subject : subjects) {
      var refused = refused(subject);
      refused.ifPresentOrElse(results::add, () -> run.add(subject));
    }
    if (run.isEmpty()) {
      return results;
    }
    var departures = Departures.of(device.info());
    var all = Together.of(run.stream().map(departures::spare).toList());
    try {
      var expected = departures.flushed(OnDevice.run(oracle, all.graph(), all.inputs()));
      var found = departures.flushed(OnDevice.run(device, all.graph(), all.inputs()));
      for (int i = 0; i < run.size(); i++) {
        results.add(compare(all.cases().get(i), all.results(expected, i), all.results(found, i)));
      }
    } catch (BackplaneException | IllegalArgumentException | IllegalStateException e) {
      results.add(failed(run.getFirst(), "threw " + e));
    }
    return results;
  }

  /** The result where the device does not run the case; empty where it does. */
  private Optional<CaseResult> refused(Case subject) {
    var support = device.supports(subject.op(), subject.types());
    if (support instanceof Support.No no) {
      return Optional.of(
          subject.op() instanceof CustomCall
              ? refusal(subject)
              : new CaseResult.DeclaredUnsupported(subject, no.reason()));
    }
    return subject.op() instanceof CustomCall call
        ? Optional.of(
            failed(
                subject, "nobody knows \"" + call.target() + "\", but supports answers " + support))
        : Optional.empty();
  }

  /** What nobody knows is to be refused by name. */
  private CaseResult refusal(Case subject) {
    try (var workspace = new Workspace();
        var executable = device.compile(Program.of(subject.graph()), workspace)) {
      return failed(subject, "supports says no, but it compiles: " + executable.report());
    } catch (UnsupportedProgramException e) {
      return String.valueOf(e.getMessage()).contains("CustomCall")
          ? new CaseResult.Passed(subject, 0)
          : failed(subject, "the message does not name the op: " + e.getMessage());
    }
  }

  private CaseResult compare(Case subject, List<Literal> expected, List<Literal> found) {
    var tolerance = Tolerance.of(subject.op(), subject.types());
    double ulps = 0;
    var magnitudes = magnitudes(subject, tolerance);
    for (int i = 0; i < expected.size(); i++) {
      var comparison =
          switch (tolerance) {
            case Tolerance.Ulps(double units) when units == 0 ->
                Comparison.exact(expected.get(i), found.get(i));
            case Tolerance.Ulps(double units) ->
                Comparison.within(expected.get(i), found.get(i), ulps(expected.get(i), units));
            case Tolerance.Sum sum ->
                Comparison.within(
                    expected.get(i), found.get(i), sum(expected.get(i), magnitudes.get(i), sum));
          };
      if (comparison.mismatch().isPresent()) {
        return failed(subject, "result " + i + ", " + comparison.mismatch().get());
      }
      ulps = Math.max(ulps, comparison.ulps());
    }
    return new CaseResult.Passed(subject, ulps);
  }

  private static Comparison.Bound ulps(Literal expected, double units) {
    var dtype = expected.type().dtype();
    return (index, value) ->
        Math.max(units * Ulp.at(dtype, bounded(dtype, value)), Ulp.smallestNormal(dtype));
  }

  private static double bounded(dev.backplane.tensor.DType dtype, double value) {
    return Math.min(Math.abs(value), Ulp.largest(dtype));
  }

  private static Comparison.Bound sum(Literal expected, Literal magnitude, Tolerance.Sum sum) {
    var dtype = expected.type().dtype();
    // Both the device and, in f64, the oracle round: hence twice, and a unit for the last rounding.
    return (index, value) ->
        2 * sum.terms() * sum.roundoff() * bounded(dtype, magnitude.doubleAt(index))
            + Ulp.at(dtype, bounded(dtype, value))
            + Ulp.smallestNormal(dtype);
  }

  /** Σ|terms| of each result, by running the op on absolute values. */
  private List<Literal> magnitudes(Case subject, Tolerance tolerance) {
    if (!(tolerance instanceof Tolerance.Sum sum)) {
      return List.of();
    }
    int operands = subject.types().size();
    var inputs = new ArrayList<>(subject.inputs());
    for (int i = 0; i < inputs.size(); i++) {
      var value = inputs.get(i);
      if (sum.summed().contains(i % operands)) {
        inputs.set(i, Literal.fill(value.type(), j -> finiteSize(value.doubleAt(j))));
      }
    }
    return OnDevice.run(oracle, subject.graph(), inputs);
  }

  private static double finiteSize(double value) {
    return Double.isFinite(value) ? Math.abs(value) : 0;
  }

  private CaseResult failed(Case subject, String what) {
    return new CaseResult.Failed(
        subject,
        device.info().id()
            + ": "
            + subject.op()
            + " on "
            + subject.types()
            + ": "
            + what
            + "\n  repeat with -Dbackplane.tck.seed="
            + seed
            + " -Dbackplane.tck.only="
            + subject.name());
  }
}
