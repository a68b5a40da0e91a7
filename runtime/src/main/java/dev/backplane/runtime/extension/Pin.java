package dev.backplane.runtime.extension;

/**
 * Why a job cannot do without the very objects it was given: something in it is not registered, so
 * it has no name in files and cannot be made anew.
 *
 * @param where its place in the job, such as {@code model.layers[1]}
 * @param what the kind of thing, as the program calls it
 * @param reason why, and what would change that
 * @param owner the bundle its class is from
 */
public record Pin(String where, String what, String reason, Owner owner) {
  @Override
  public String toString() {
    return where + " (" + what + "): " + reason;
  }
}
