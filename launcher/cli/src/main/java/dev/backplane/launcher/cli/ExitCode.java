package dev.backplane.launcher.cli;

/**
 * What the process answers to the shell; 130 (interrupted) is the JVM's own answer to the signal.
 */
enum ExitCode {
  DONE(0),
  FAILED(1),
  WRONG_USAGE(2),
  NOTHING_FITS(3);

  final int number;

  ExitCode(int number) {
    this.number = number;
  }
}
