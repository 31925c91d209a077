// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

/**
 * One line of a mount table.
 *
 * @param id number of the mount, the kernel's own
 * @param device of the filesystem, as MAJOR:MINOR; the same for all mounts of one filesystem
 * @param root which folder of the filesystem is mounted
 * @param point where it is mounted
 * @param type name of the filesystem's type
 * @param options of the filesystem itself
 */
public record Mount(int id, String device, String root, String point, String type, String options) {

  /** Whether another path is at this one's mount point or below it. */
  public boolean covers(String path) {
    return point.equals("/") || path.equals(point) || path.startsWith(point + "/");
  }
}
