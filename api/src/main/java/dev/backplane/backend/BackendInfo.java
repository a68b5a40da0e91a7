package dev.backplane.backend;

/**
 * What a backend says of itself.
 *
 * @param id the stable id, such as {@code cpu}
 * @param vendor who made it
 * @param version its own version
 * @param primitiveSet the number of the primitive set it knows; it is never shown anything newer
 */
public record BackendInfo(String id, String vendor, String version, int primitiveSet) {}
