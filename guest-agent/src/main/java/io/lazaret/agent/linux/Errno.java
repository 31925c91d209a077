// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

/** The error numbers that are told apart, from asm-generic/errno-base.h and errno.h. */
public final class Errno {
  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int EINTR = 4;
  public static final int EBADF = 9;
  public static final int EAGAIN = 11;
  public static final int EACCES = 13;
  public static final int EFAULT = 14;
  public static final int EEXIST = 17;
  public static final int EXDEV = 18;
  public static final int ENOTDIR = 20;
  public static final int EINVAL = 22;
  public static final int ENFILE = 23;
  public static final int EMFILE = 24;
  public static final int ENOSPC = 28;
  public static final int EROFS = 30;
  public static final int ENAMETOOLONG = 36;
  public static final int ENOSYS = 38;
  public static final int ELOOP = 40;
  public static final int EOPNOTSUPP = 95;

  private Errno() {}

  /** The number and, where it is one of the above, its name. */
  public static String name(int errno) {
    String name =
        switch (errno) {
          case EPERM -> "EPERM";
          case ENOENT -> "ENOENT";
          case EINTR -> "EINTR";
          case EBADF -> "EBADF";
          case EAGAIN -> "EAGAIN";
          case EACCES -> "EACCES";
          case EFAULT -> "EFAULT";
          case EEXIST -> "EEXIST";
          case EXDEV -> "EXDEV";
          case ENOTDIR -> "ENOTDIR";
          case EINVAL -> "EINVAL";
          case ENFILE -> "ENFILE";
          case EMFILE -> "EMFILE";
          case ENOSPC -> "ENOSPC";
          case EROFS -> "EROFS";
          case ENAMETOOLONG -> "ENAMETOOLONG";
          case ENOSYS -> "ENOSYS";
          case ELOOP -> "ELOOP";
          case EOPNOTSUPP -> "EOPNOTSUPP";
          default -> "errno";
        };
    return name + "(" + errno + ")";
  }
}
