package dev.backplane.launcher.cli;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Where a shell reads lines and prints them: a terminal, or pipes and files. */
interface Screen extends AutoCloseable {
  /**
   * Reads a line; blocks.
   *
   * @param prompt shown where somebody looks
   * @return null at the end
   */
  @Nullable String readLine(String prompt) throws IOException;

  /** Prints a line between, or above, what others are writing. */
  void print(String line);

  /** Whether somebody sits in front of it, who can be asked. */
  boolean isInteractive();

  /** Calls this whenever somebody types Ctrl-C while no line is read. */
  void onInterrupt(Runnable action);

  @Override
  void close() throws IOException;

  /** The screen of this process. */
  static Screen open(Cli cli) throws IOException {
    return ProgressDisplay.isOnTerminal() ? TerminalScreen.open(cli) : new PipeScreen();
  }
}
