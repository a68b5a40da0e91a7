package dev.backplane.layers.attention;

import org.osgi.annotation.versioning.ConsumerType;

/** A model of sequences of ids, asked for one id after the other, for several rows at once. */
@ConsumerType
public interface NextId {
  /**
   * The logits of the id that follows, one row of them for each row of the sequences.
   *
   * @param ids the id that each row ends with
   * @param parents which row of the call before each row goes on from; of the first call, itself
   * @return [rows][vocabulary]
   */
  float[][] logits(int[] ids, int[] parents);
}
