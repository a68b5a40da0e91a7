package dev.backplane.layers.audio.signal;

/**
 * Mel-frequency cepstral coefficients (Davis and Mermelstein, 1980): the first coefficients of the
 * orthonormal cosine transform (DCT-II) of each frame's {@link LogMel}.
 *
 * @param logMel the bands
 * @param coefficients how many, at most as many as bands
 */
public record Mfcc(LogMel logMel, int coefficients) {
  /** Checks the number. */
  public Mfcc {
    int bands = logMel.filters().filters();
    if (coefficients < 1 || coefficients > bands) {
      throw new IllegalArgumentException(
          "Mfcc coefficients: expected 1 to " + bands + ", found " + coefficients);
    }
  }

  /** The features [frames][coefficients] of a recording. */
  public float[][] of(Recording recording) {
    var bands = logMel.of(recording);
    int n = logMel.filters().filters();
    var cosines = new double[coefficients][n];
    for (int k = 0; k < coefficients; k++) {
      for (int i = 0; i < n; i++) {
        double norm = Math.sqrt((k == 0 ? 1.0 : 2.0) / n);
        cosines[k][i] = norm * Math.cos(Math.PI / n * (i + 0.5) * k);
      }
    }
    var features = new float[bands.length][coefficients];
    for (int frame = 0; frame < bands.length; frame++) {
      for (int k = 0; k < coefficients; k++) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
          sum += bands[frame][i] * cosines[k][i];
        }
        features[frame][k] = (float) sum;
      }
    }
    return features;
  }
}
