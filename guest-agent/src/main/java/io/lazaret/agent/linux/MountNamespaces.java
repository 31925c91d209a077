// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The mount namespaces of other processes: containers, and services with mounts of their own. */
public final class MountNamespaces {
  // linux/nsfs.h: _IO(0xb7, 0x1)
  private static final long NS_GET_USERNS = 0xB701;

  private final String own = Descriptors.readlink("/proc/self/ns/mnt");
  private final String ownUsers = Descriptors.readlink("/proc/self/ns/user");

  /**
   * One process in each of them, by namespace. Only namespaces that were made with the rights of
   * this process's own users: what a user mounts in a user namespace of his own may be a process of
   * his that never answers.
   */
  public Map<String, Integer> others() throws IOException {
    Map<String, Integer> others = new HashMap<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[1-9]*")) {
      for (Path process : processes) {
        int pid = Integer.parseInt(process.getFileName().toString());
        String namespace = Descriptors.readlink("/proc/" + pid + "/ns/mnt");
        if (!namespace.isEmpty()
            && !namespace.equals(own)
            && !others.containsKey(namespace)
            && isOwnUsers(pid)) {
          others.put(namespace, pid);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return others;
  }

  private boolean isOwnUsers(int pid) {
    try {
      int namespace = Descriptors.open("/proc/" + pid + "/ns/mnt");
      try {
        int users = Descriptors.control(namespace, NS_GET_USERNS);
        try {
          return Descriptors.path(users).equals(ownUsers);
        } finally {
          Descriptors.close(users);
        }
      } finally {
        Descriptors.close(namespace);
      }
    } catch (LinuxException gone) {
      return false;
    }
  }
}
