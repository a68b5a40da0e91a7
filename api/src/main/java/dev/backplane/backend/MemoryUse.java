package dev.backplane.backend;

/**
 * Memory of a device, in bytes.
 *
 * @param used allocated now through this device
 * @param peak the most there ever was
 * @param limit what there is; 0 if unknown
 */
public record MemoryUse(long used, long peak, long limit) {}
