/**
 * What stands between text and numbers: {@link dev.backplane.layers.text.Tokenizer} cuts text into
 * tokens (words, characters, byte pairs), {@link dev.backplane.layers.text.Vocabulary} numbers
 * them, {@link dev.backplane.layers.text.TextEncoder} makes rows of ids of one length; {@link
 * dev.backplane.layers.text.Bleu} and {@link dev.backplane.layers.text.ErrorRate} compare texts.
 *
 * <p>Plain Java over strings; no tensors. Id 0 is padding and id 1 whatever is not in the
 * vocabulary, everywhere.
 */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.layers.text;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
