/**
 * Training: {@link dev.backplane.runtime.train.ModelTrainer} sets up a {@link
 * dev.backplane.runtime.train.Job}, whose programs {@link dev.backplane.runtime.train.Programs}
 * traces; {@link dev.backplane.runtime.train.Fit} runs them epoch by epoch.
 */
@NullMarked
package dev.backplane.runtime.train;

import org.jspecify.annotations.NullMarked;
