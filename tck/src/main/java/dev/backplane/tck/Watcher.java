package dev.backplane.tck;

import java.util.List;

/** Sees every call that passes through a {@link Watched} backend. Called on the caller's thread. */
@FunctionalInterface
public interface Watcher {
  /** The calls of the SPI that do something. */
  enum Kind {
    /** Backend.open. */
    OPEN,
    /** Device.allocate. */
    ALLOCATE,
    /** Device.compile. */
    COMPILE,
    /** Device.close. */
    CLOSE_DEVICE,
    /** Buffer.write: binding, not starting. */
    WRITE,
    /** Buffer.read: binding, not starting. */
    READ,
    /** Buffer.close. */
    CLOSE_BUFFER,
    /** Executable.bind. */
    BIND,
    /** Executable.close. */
    CLOSE_EXECUTABLE,
    /** Execution.start. */
    START,
    /** Execution.await. */
    AWAIT,
    /** Execution.close. */
    CLOSE_EXECUTION
  }

  /**
   * A call.
   *
   * @param kind what is called
   * @param subject the watched object it is called on
   * @param arguments what it is given, watched where it is of the SPI
   */
  record Call(Kind kind, Object subject, List<Object> arguments) {
    /** Copies the arguments. */
    public Call {
      arguments = List.copyOf(arguments);
    }
  }

  /** Called before the call is passed on; what it throws is thrown to the caller instead. */
  void before(Call call);

  /** Called with what a call has made, watched: a device, buffers, an executable, an execution. */
  default void after(Call call, List<?> made) {}

  /** Several watchers, asked in turn; where one throws, those behind it do not see the call. */
  static Watcher all(Watcher... watchers) {
    return new Watcher() {
      @Override
      public void before(Call call) {
        for (var watcher : watchers) {
          watcher.before(call);
        }
      }

      @Override
      public void after(Call call, List<?> made) {
        for (var watcher : watchers) {
          watcher.after(call, made);
        }
      }
    };
  }
}
