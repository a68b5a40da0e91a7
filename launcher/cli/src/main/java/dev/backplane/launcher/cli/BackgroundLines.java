package dev.backplane.launcher.cli;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.function.Consumer;

/** What a command in the background writes: whole lines, each with a mark of whose it is. */
final class BackgroundLines extends PrintWriter {
  BackgroundLines(String mark, Consumer<String> printer) {
    super(new WholeLines(mark, printer), true);
  }

  /** Gathers characters until a line is whole. */
  private static final class WholeLines extends Writer {
    private final String mark;
    private final Consumer<String> printer;
    private final StringBuilder line = new StringBuilder();

    WholeLines(String mark, Consumer<String> printer) {
      this.mark = mark;
      this.printer = printer;
    }

    @Override
    public void write(char[] text, int offset, int length) {
      for (int i = offset; i < offset + length; i++) {
        if (text[i] == '\n') {
          print();
        } else if (text[i] != '\r') {
          line.append(text[i]);
        }
      }
    }

    private void print() {
      printer.accept(mark + line);
      line.setLength(0);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
      if (!line.isEmpty()) {
        print();
      }
    }
  }
}
