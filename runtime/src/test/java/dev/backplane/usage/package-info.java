/**
 * What people write with the API, as they would write it: whatever is ugly here is a fault of the
 * API. Nothing outside {@code dev.backplane.api} is used but the engine that {@link
 * dev.backplane.Backplane#start()} finds.
 */
package dev.backplane.usage;
