package dev.backplane.layers.audio.signal;

/**
 * The short-time Fourier transform: of each window of samples, weighted by a periodic Hann window,
 * the power of each frequency. Frames are centred: the first on the first sample, with the
 * recording mirrored beyond its ends ({@code torch.stft} with {@code center=True} and {@code
 * pad_mode="reflect"}).
 *
 * @param size samples of a transform: a power of two
 * @param window samples of a window, at most {@code size}; it lies in the middle of a transform
 * @param hop samples from one frame to the next
 */
public record Stft(int size, int window, int hop) {
  /** Checks the sizes. */
  public Stft {
    if (size < 2 || Integer.bitCount(size) != 1) {
      throw new IllegalArgumentException(
          "Stft size: expected a power of two, 2 or more, found " + size);
    }
    if (window < 1 || window > size) {
      throw new IllegalArgumentException(
          "Stft window: expected 1 to " + size + " samples, found " + window);
    }
    if (hop < 1) {
      throw new IllegalArgumentException("Stft hop: expected 1 or more, found " + hop);
    }
  }

  /** Frequencies from 0 to half the rate: size / 2 + 1. */
  public int bins() {
    return size / 2 + 1;
  }

  /** How many frames so many samples give. */
  public int frames(int samples) {
    return 1 + samples / hop;
  }

  /**
   * The powers |X|² [frames][bins] of a signal.
   *
   * @param samples more than size / 2, so that the mirrored ends are there
   * @throws IllegalArgumentException if there are fewer
   */
  public double[][] power(float[] samples) {
    int side = size / 2;
    if (samples.length <= side) {
      throw new IllegalArgumentException(
          "Stft: expected more than " + side + " samples, found " + samples.length);
    }
    var weights = hann();
    var fourier = new Fourier(size);
    var powers = new double[frames(samples.length)][bins()];
    var real = new double[size];
    var imaginary = new double[size];
    int before = (size - window) / 2;
    for (int frame = 0; frame < powers.length; frame++) {
      java.util.Arrays.fill(real, 0);
      java.util.Arrays.fill(imaginary, 0);
      for (int i = 0; i < window; i++) {
        int at = frame * hop + before + i - side;
        real[before + i] = samples[mirrored(at, samples.length)] * weights[i];
      }
      fourier.transform(real, imaginary);
      for (int k = 0; k < bins(); k++) {
        powers[frame][k] = real[k] * real[k] + imaginary[k] * imaginary[k];
      }
    }
    return powers;
  }

  private static int mirrored(int at, int length) {
    int within = at < 0 ? -at : at;
    return within < length ? within : 2 * (length - 1) - within;
  }

  private double[] hann() {
    var weights = new double[window];
    for (int i = 0; i < window; i++) {
      weights[i] = 0.5 - 0.5 * Math.cos(2 * Math.PI * i / window);
    }
    return weights;
  }
}
