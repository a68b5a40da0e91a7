package dev.backplane.runtime.session;

/** Where an input of a program comes from, or where an output of it goes. */
public sealed interface Slot {
  /**
   * State of the session. As an output it is the state's new value; where it was an input too, the
   * new value takes the old one's memory.
   *
   * @param path the path of the state
   */
  record State(String path) implements Slot {}

  /**
   * Host memory at a fixed address, see {@link SessionProgram#host}.
   *
   * @param name the name, unique among the inputs and outputs of the program
   */
  record Host(String name) implements Slot {}
}
