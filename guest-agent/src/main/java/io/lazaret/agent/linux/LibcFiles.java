// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

/**
 * The C functions that change folders and files: looked up when the first file is remedied or
 * opened for its debt.
 */
final class LibcFiles {
  static final LibcFiles OPENAT = new LibcFiles("openat64");
  static final LibcFiles MKDIRAT = new LibcFiles("mkdirat");
  static final LibcFiles UNLINKAT = new LibcFiles("unlinkat");
  static final LibcFiles RENAMEAT2 = new LibcFiles("renameat2");
  static final LibcFiles FCHOWN = new LibcFiles("fchown");
  static final LibcFiles FCHMOD = new LibcFiles("fchmod");
  static final LibcFiles FUTIMENS = new LibcFiles("futimens");
  static final LibcFiles FSYNC = new LibcFiles("fsync");
  static final LibcFiles FTRUNCATE = new LibcFiles("ftruncate64");
  static final LibcFiles PWRITE = new LibcFiles("pwrite64");
  static final LibcFiles FLISTXATTR = new LibcFiles("flistxattr");
  static final LibcFiles FGETXATTR = new LibcFiles("fgetxattr");
  static final LibcFiles FSETXATTR = new LibcFiles("fsetxattr");
  static final LibcFiles GETEUID = new LibcFiles("geteuid");

  private final String symbol;
  private final NativeCall function;

  private LibcFiles(String symbol) {
    this.symbol = symbol;
    function = NativeCall.libc(symbol);
  }

  /** Calls, again when a signal came; throws when C returns -1. */
  int call(Scratch s, long a, long b, long c, long d, long e) throws LinuxException {
    int result;
    do {
      result = (int) function.call(s, a, b, c, d, e);
    } while (result == -1 && s.errno() == Errno.EINTR);
    if (result == -1) {
      throw new LinuxException(symbol, s.errno());
    }
    return result;
  }

  int call(Scratch s, long a, long b, long c) throws LinuxException {
    return call(s, a, b, c, 0, 0);
  }

  int call(Scratch s, long a) throws LinuxException {
    return call(s, a, 0, 0, 0, 0);
  }
}
