/**
 * The event files of a run folder, as TensorBoard reads them: {@link
 * dev.backplane.runtime.board.Events} says what stands in them, {@link
 * dev.backplane.runtime.board.EventFile} frames it, {@link dev.backplane.runtime.board.Message} is
 * the little of the protobuf wire format that this needs.
 */
@NullMarked
package dev.backplane.runtime.board;

import org.jspecify.annotations.NullMarked;
