package dev.backplane.launcher.deployer;

/**
 * One file of the folder of plugins.
 *
 * @param file its name
 * @param bundle symbolic name and version; empty where it is not known to be a bundle
 * @param state what became of it
 * @param reason why, in words; empty where the state says it all
 */
public record Plugin(String file, String bundle, State state, String reason) {
  /** What can become of a file. */
  public enum State {
    /** It runs: new jobs use it. */
    IN("in"),
    /** It is being started. */
    STARTING("starting"),
    /** It is installed, and something it needs is not there. */
    WAITING("waiting"),
    /** It goes, or another comes in its place, as soon as no job uses what is there. */
    LEAVING("leaving"),
    /** A newer version of it is in. */
    OLDER("older"),
    /** It does not come in. */
    REFUSED("refused"),
    /** It is no bundle. */
    IGNORED("ignored");

    private final String word;

    State(String word) {
      this.word = word;
    }

    @Override
    public String toString() {
      return word;
    }
  }
}
