package dev.backplane.runtime.extension;

/**
 * Which bundle a registered name is from, where several versions of it may be there.
 *
 * @param name the registered name
 * @param version its version in files
 * @param owner the bundle
 */
public record Origin(String name, int version, Owner owner) {}
