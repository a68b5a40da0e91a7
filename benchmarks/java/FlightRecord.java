import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedClass;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/**
 * What the JVM's Flight Recorder saw being allocated, each object with its class and the place in
 * the code. On a JVM without thread-local buffers (-XX:-UseTLAB) it sees every single object; on
 * another one, only those for which a buffer was fetched, and then the markers are missing.
 */
final class FlightRecord {
  private static final List<String> ALLOCATIONS =
      List.of("jdk.ObjectAllocationOutsideTLAB", "jdk.ObjectAllocationInNewTLAB");

  /** Objects that stand at the beginning and the end of what is asked about. */
  private static final class Begin {}

  private static final class End {}

  static volatile Object marker;

  private FlightRecord() {}

  /**
   * The objects that some threads allocate while something runs, a line for each place.
   *
   * @param threads by their names
   * @throws IllegalStateException where the recorder does not see every object
   */
  static List<String> of(Runnable work, Predicate<String> threads) {
    var events = record(work);
    int begin = only(events, Begin.class);
    int end = only(events, End.class);
    return events.subList(begin + 1, end).stream()
        .filter(event -> event.getThread() != null)
        .filter(event -> threads.test(event.getThread().getJavaName()))
        .collect(Collectors.groupingBy(FlightRecord::place, Collectors.counting()))
        .entrySet()
        .stream()
        .map(entry -> entry.getValue() + " times " + entry.getKey())
        .toList();
  }

  private static List<RecordedEvent> record(Runnable work) {
    try (var recording = new Recording()) {
      ALLOCATIONS.forEach(name -> recording.enable(name).withStackTrace());
      marker = new End(); // loading its class makes objects, too
      recording.start();
      marker = new Begin();
      work.run();
      marker = new End();
      recording.stop();
      var file = Files.createTempFile("soak", ".jfr");
      try {
        recording.dump(file);
        var events = new ArrayList<>(RecordingFile.readAllEvents(file));
        events.removeIf(event -> !ALLOCATIONS.contains(event.getEventType().getName()));
        events.sort((a, b) -> a.getStartTime().compareTo(b.getStartTime()));
        return events;
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static int only(List<RecordedEvent> events, Class<?> of) {
    var places = new ArrayList<Integer>();
    for (int i = 0; i < events.size(); i++) {
      if (allocated(events.get(i)).getName().equals(of.getName())) {
        places.add(i);
      }
    }
    if (places.size() != 1) {
      throw new IllegalStateException(
          "the recorder saw "
              + places.size()
              + " of one "
              + of.getName()
              + ": -XX:-UseTLAB is missing");
    }
    return places.getFirst();
  }

  private static RecordedClass allocated(RecordedEvent event) {
    return event.getClass("objectClass");
  }

  private static String place(RecordedEvent event) {
    var trace = event.getStackTrace();
    var frames = trace == null ? List.<RecordedFrame>of() : trace.getFrames();
    return allocated(event).getName()
        + " by "
        + event.getThread().getJavaName()
        + frames.stream()
            .limit(12)
            .map(
                frame ->
                    "\n    at "
                        + frame.getMethod().getType().getName()
                        + "."
                        + frame.getMethod().getName()
                        + ":"
                        + frame.getLineNumber()
                        + " "
                        + frame.getType())
            .collect(Collectors.joining());
  }
}
