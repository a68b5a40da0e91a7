package dev.backplane.launcher.cli;

/** What the process answers to the shell. */
enum ExitCode {
  DONE(0),
  FAILED(1),
  WRONG_USAGE(2),
  NOTHING_FITS(3),
  INTERRUPTED(130);

  final int number;

  ExitCode(int number) {
    this.number = number;
  }
}
