/**
 * JUnit Jupiter in a real OSGi framework: {@code @ExtendWith(PaxExam.class)}. Pax Exam itself knows
 * only JUnit 4.
 */
package dev.backplane.integration.osgi;
