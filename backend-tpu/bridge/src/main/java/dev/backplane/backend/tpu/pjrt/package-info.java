/**
 * The PJRT C API, as much of it as a backend needs: a table of functions with one way to call them
 * ({@link dev.backplane.backend.tpu.pjrt.Api}), and small types for what they are called on.
 *
 * <p>The rules of the ABI, which keep a JVM alive:
 *
 * <ul>
 *   <li>The table only grows: a function exists if the table is long enough to hold it.
 *   <li>A block of arguments begins with its size. Plugins refuse one that is too small for them
 *       and accept one that is larger: so every block has the size of the newest header known
 *       ({@link dev.backplane.backend.tpu.pjrt.Block}), and is zero but for what is set.
 *   <li>Compile options are never empty: a plugin that finds none aborts the process.
 *   <li>Execution checks how many bytes an argument has, not its type and shape. Whoever calls it
 *       has checked those.
 * </ul>
 *
 * <p>Handles are addresses in {@code long}s. What is destroyed twice or used afterwards crashes the
 * process: the classes above this package see to that.
 */
@NullMarked
package dev.backplane.backend.tpu.pjrt;

import org.jspecify.annotations.NullMarked;
