package dev.backplane.launcher.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Lines from a pipe or file, without prompts: what a script writes. */
final class PipeScreen implements Screen {
  private final BufferedReader in =
      new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

  @Override
  public @Nullable String readLine(String prompt) throws IOException {
    return in.readLine();
  }

  @Override
  public void print(String line) {
    // In one go, so that no other writer comes in between.
    System.err.print(line + "\n");
    System.err.flush();
  }

  @Override
  public boolean isInteractive() {
    return false;
  }

  @Override
  public void onInterrupt(Runnable action) {
    // A signal ends the process, which asks its work to stop.
  }

  @Override
  public void close() {}
}
