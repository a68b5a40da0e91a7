package dev.backplane.launcher.deployer;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogListener;
import org.osgi.service.log.LogReaderService;
import org.osgi.util.tracker.ServiceTracker;

/**
 * What the framework's log says against a bundle. Declarative Services tell nobody else why a
 * component does not start: its bundle starts as if nothing were wrong.
 */
final class Complaints implements LogListener, AutoCloseable {
  private static final Duration ON_ITS_WAY = Duration.ofMillis(300);
  private static final int STEP_MILLIS = 10;

  /**
   * One complaint.
   *
   * @param words what was said
   * @param symptom whether it is the framework's, that a service could not be had: the reason is in
   *     another complaint, before or after it
   */
  private record Complaint(String words, boolean symptom) {}

  private final Map<Bundle, Complaint> last = new ConcurrentHashMap<>();
  private final ServiceTracker<LogReaderService, LogReaderService> logs;

  private Complaints(BundleContext context) {
    logs =
        new ServiceTracker<>(context, LogReaderService.class, null) {
          @Override
          public LogReaderService addingService(ServiceReference<LogReaderService> reference) {
            var log = super.addingService(reference);
            log.addLogListener(Complaints.this);
            return log;
          }
        };
    logs.open();
  }

  /** Where the framework has no log, nobody complains. */
  static Optional<Complaints> of(BundleContext context) {
    try {
      return Optional.of(new Complaints(context));
    } catch (NoClassDefFoundError e) {
      return Optional.empty();
    }
  }

  @Override
  public void logged(LogEntry entry) {
    var exception = entry.getException();
    var bundle = entry.getBundle();
    if (exception != null && bundle != null) {
      var cause = innermost(exception);
      last.merge(
          bundle,
          new Complaint(Attempt.words(cause), cause instanceof ServiceException),
          (known, said) -> said.symptom() ? known : said);
    }
  }

  private static Throwable innermost(Throwable e) {
    return e.getCause() == null ? e : innermost(e.getCause());
  }

  /** What was last said of a bundle; it may still be on its way, as logs are written later. */
  Optional<String> about(Bundle bundle) throws InterruptedException {
    for (long waited = 0; waited < ON_ITS_WAY.toMillis(); waited += STEP_MILLIS) {
      var complaint = last.get(bundle);
      if (complaint != null && !complaint.symptom()) {
        return Optional.of(complaint.words());
      }
      Thread.sleep(STEP_MILLIS);
    }
    return Optional.ofNullable(last.get(bundle)).map(Complaint::words);
  }

  /** Nothing that was said counts any more. */
  void forget(Bundle bundle) {
    last.remove(bundle);
  }

  @Override
  public void close() {
    logs.close();
  }
}
