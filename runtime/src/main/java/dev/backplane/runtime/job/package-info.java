/** What is under way, and whose code it uses. */
@NullMarked
package dev.backplane.runtime.job;

import org.jspecify.annotations.NullMarked;
