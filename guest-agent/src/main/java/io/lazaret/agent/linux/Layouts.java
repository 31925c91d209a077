// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;

/** The kernel's structs, field by field as its headers name them. */
final class Layouts {
  /** linux/fanotify.h, struct fanotify_event_metadata, version 3. */
  static final StructLayout FANOTIFY_EVENT =
      MemoryLayout.structLayout(
          JAVA_INT.withName("event_len"),
          JAVA_BYTE.withName("vers"),
          JAVA_BYTE.withName("reserved"),
          JAVA_SHORT.withName("metadata_len"),
          JAVA_LONG.withName("mask"),
          JAVA_INT.withName("fd"),
          JAVA_INT.withName("pid"));

  static final long EVENT_LEN = offset(FANOTIFY_EVENT, "event_len");
  static final long EVENT_VERS = offset(FANOTIFY_EVENT, "vers");
  static final long EVENT_MASK = offset(FANOTIFY_EVENT, "mask");
  static final long EVENT_FD = offset(FANOTIFY_EVENT, "fd");
  static final long EVENT_PID = offset(FANOTIFY_EVENT, "pid");

  /** linux/fanotify.h, struct fanotify_response. */
  static final StructLayout FANOTIFY_RESPONSE =
      MemoryLayout.structLayout(JAVA_INT.withName("fd"), JAVA_INT.withName("response"));

  static final long RESPONSE_FD = offset(FANOTIFY_RESPONSE, "fd");
  static final long RESPONSE_RESPONSE = offset(FANOTIFY_RESPONSE, "response");

  private static final StructLayout STATX_TIMESTAMP =
      MemoryLayout.structLayout(
          JAVA_LONG.withName("tv_sec"),
          JAVA_INT.withName("tv_nsec"),
          JAVA_INT.withName("__reserved"));

  /** linux/stat.h, struct statx. */
  static final StructLayout STATX =
      MemoryLayout.structLayout(
          JAVA_INT.withName("stx_mask"),
          JAVA_INT.withName("stx_blksize"),
          JAVA_LONG.withName("stx_attributes"),
          JAVA_INT.withName("stx_nlink"),
          JAVA_INT.withName("stx_uid"),
          JAVA_INT.withName("stx_gid"),
          JAVA_SHORT.withName("stx_mode"),
          JAVA_SHORT.withName("__spare0"),
          JAVA_LONG.withName("stx_ino"),
          JAVA_LONG.withName("stx_size"),
          JAVA_LONG.withName("stx_blocks"),
          JAVA_LONG.withName("stx_attributes_mask"),
          STATX_TIMESTAMP.withName("stx_atime"),
          STATX_TIMESTAMP.withName("stx_btime"),
          STATX_TIMESTAMP.withName("stx_ctime"),
          STATX_TIMESTAMP.withName("stx_mtime"),
          JAVA_INT.withName("stx_rdev_major"),
          JAVA_INT.withName("stx_rdev_minor"),
          JAVA_INT.withName("stx_dev_major"),
          JAVA_INT.withName("stx_dev_minor"),
          JAVA_LONG.withName("stx_mnt_id"),
          MemoryLayout.sequenceLayout(13, JAVA_LONG).withName("__rest"));

  static final long STX_MASK = offset(STATX, "stx_mask");
  static final long STX_MNT_ID = offset(STATX, "stx_mnt_id");
  static final long STX_NLINK = offset(STATX, "stx_nlink");
  static final long STX_UID = offset(STATX, "stx_uid");
  static final long STX_MODE = offset(STATX, "stx_mode");
  static final long STX_INO = offset(STATX, "stx_ino");
  static final long STX_SIZE = offset(STATX, "stx_size");
  static final long STX_CTIME = offset(STATX, "stx_ctime");
  static final long STX_MTIME = offset(STATX, "stx_mtime");
  static final long STX_DEV_MAJOR = offset(STATX, "stx_dev_major");
  static final long STX_DEV_MINOR = offset(STATX, "stx_dev_minor");

  /** Within a timestamp. */
  static final long TV_SEC = offset(STATX_TIMESTAMP, "tv_sec");

  static final long TV_NSEC = offset(STATX_TIMESTAMP, "tv_nsec");

  /** asm-generic/statfs.h, struct statfs64; the first field is all that is read. */
  static final StructLayout STATFS =
      MemoryLayout.structLayout(
          JAVA_LONG.withName("f_type"),
          MemoryLayout.sequenceLayout(14, JAVA_LONG).withName("__rest"));

  static final long F_TYPE = offset(STATFS, "f_type");

  /** asm-generic/poll.h, struct pollfd. */
  static final StructLayout POLLFD =
      MemoryLayout.structLayout(
          JAVA_INT.withName("fd"), JAVA_SHORT.withName("events"), JAVA_SHORT.withName("revents"));

  static final long POLLFD_FD = offset(POLLFD, "fd");
  static final long POLLFD_EVENTS = offset(POLLFD, "events");
  static final long POLLFD_REVENTS = offset(POLLFD, "revents");

  /** linux/resource.h, struct rlimit64. */
  static final StructLayout RLIMIT =
      MemoryLayout.structLayout(JAVA_LONG.withName("rlim_cur"), JAVA_LONG.withName("rlim_max"));

  static final long RLIM_CUR = offset(RLIMIT, "rlim_cur");
  static final long RLIM_MAX = offset(RLIMIT, "rlim_max");

  /** asm-generic/siginfo.h, struct sigevent. */
  static final StructLayout SIGEVENT =
      MemoryLayout.structLayout(
          JAVA_LONG.withName("sigev_value"),
          JAVA_INT.withName("sigev_signo"),
          JAVA_INT.withName("sigev_notify"),
          MemoryLayout.sequenceLayout(6, JAVA_LONG).withName("__rest"));

  static final long SIGEV_SIGNO = offset(SIGEVENT, "sigev_signo");
  static final long SIGEV_NOTIFY = offset(SIGEVENT, "sigev_notify");

  /** linux/time.h, struct itimerspec: how often again, and when first. */
  static final StructLayout ITIMERSPEC =
      MemoryLayout.structLayout(
          JAVA_LONG.withName("it_interval.tv_sec"),
          JAVA_LONG.withName("it_interval.tv_nsec"),
          JAVA_LONG.withName("it_value.tv_sec"),
          JAVA_LONG.withName("it_value.tv_nsec"));

  static final long IT_VALUE_SEC = offset(ITIMERSPEC, "it_value.tv_sec");

  /** linux/un.h, struct sockaddr_un. */
  static final StructLayout SOCKADDR_UN =
      MemoryLayout.structLayout(
          JAVA_SHORT.withName("sun_family"),
          MemoryLayout.sequenceLayout(108, JAVA_BYTE).withName("sun_path"));

  static final long SUN_PATH = offset(SOCKADDR_UN, "sun_path");

  private Layouts() {}

  private static long offset(StructLayout layout, String field) {
    return layout.byteOffset(PathElement.groupElement(field));
  }
}
