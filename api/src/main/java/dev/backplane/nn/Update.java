package dev.backplane.nn;

import dev.backplane.tensor.Tensor;
import org.osgi.annotation.versioning.ProviderType;

/** What an optimizer gets for one parameter. */
@ProviderType
public interface Update {
  /** The path of the parameter. */
  String path();

  /** Its group. */
  String group();

  /** Its value. */
  Tensor parameter();

  /** Its gradient, after all gradient transforms. */
  Tensor gradient();

  /** The number of updates before this one: an i32 scalar, 0 at first. */
  Tensor step();

  /** The schedule's value at this step times the rate factor the host may set: an f32 scalar. */
  Tensor rate(Schedule schedule);

  /** State of the parameter's type that lives on the device; zero at first. */
  default Tensor slot(String name) {
    return slot(name, 0);
  }

  /** State of the parameter's type that lives on the device, filled with a number at first. */
  Tensor slot(String name, double initial);

  /** The slot's value from the next step on. */
  Update keep(String name, Tensor value);

  /** 1 - beta^(step + 1): an f32 scalar, by which a moving average from zero is divided. */
  Tensor debias(double beta);
}
