// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
// The least that a guard of opens can do: says allow to every open of one filesystem, or with "ignore" to the first of each file only.
// deploy/sizing/opens measures the others against it.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/fanotify.h>
#include <unistd.h>

int main(int count, char **arguments) {
  int ignore = count == 3 && strcmp(arguments[2], "ignore") == 0;
  if (count != 2 && !ignore) {
    fprintf(stderr, "allow-all: %d arguments (expected: a mount point, and \"ignore\" or nothing)\n", count - 1);
    return 2;
  }
  int group = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC | FAN_UNLIMITED_QUEUE, O_RDONLY | O_LARGEFILE | O_CLOEXEC);
  if (group < 0 || fanotify_mark(group, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, FAN_OPEN_PERM, AT_FDCWD, arguments[1]) != 0) {
    perror("allow-all");
    return 3;
  }
  struct fanotify_event_metadata events[16];
  for (;;) {
    ssize_t length = read(group, events, sizeof events);
    if (length < 0 && errno != EINTR) {
      perror("allow-all: read");
      return 3;
    }
    for (struct fanotify_event_metadata *event = events; FAN_EVENT_OK(event, length); event = FAN_EVENT_NEXT(event, length)) {
      struct fanotify_response response = {.fd = event->fd, .response = FAN_ALLOW};
      if (write(group, &response, sizeof response) != sizeof response) {
        perror("allow-all: write");
        return 3;
      }
      if (ignore && fanotify_mark(group, FAN_MARK_ADD | FAN_MARK_IGNORED_MASK, FAN_OPEN_PERM, event->fd, NULL) != 0) {
        perror("allow-all: ignore");
        return 3;
      }
      close(event->fd);
    }
  }
}
