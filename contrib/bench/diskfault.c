/* A failing disk, for tests: preloaded into a program (LD_PRELOAD), it makes calls on some files fail as another process
 * says.
 *
 *   QLAUD_FAULT_FILES    calls on files whose path holds this text are looked at
 *   QLAUD_FAULT_CONTROL  a file of five 32-bit integers that is mapped and may be changed at any moment:
 *                        calls (1 write, 2 sync, 4 open, 8 truncate or allocate), errno, calls to let pass first,
 *                        calls to fail then (-1: all), calls that have failed so far
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

enum { WRITE = 1, SYNC = 2, OPEN = 4, SIZE = 8 };

static _Atomic int *control;
static const char *files;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("QLAUD_FAULT_CONTROL");
  files = getenv("QLAUD_FAULT_FILES");
  if (!path || !files) return;
  int (*real_open)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
  int fd = real_open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void *map = mmap(NULL, 5 * sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (map != MAP_FAILED) control = map;
}

static int fails(int call, const char *path) {
  if (!control || !(atomic_load(&control[0]) & call) || !strstr(path, files)) return 0;
  if (atomic_load(&control[2]) > 0) {
    atomic_fetch_sub(&control[2], 1);
    return 0;
  }
  int left = atomic_load(&control[3]);
  if (left == 0) return 0;
  if (left > 0) atomic_fetch_sub(&control[3], 1);
  atomic_fetch_add(&control[4], 1);
  errno = atomic_load(&control[1]);
  return 1;
}

static int fails_fd(int call, int fd) {
  if (!control || !(atomic_load(&control[0]) & call)) return 0;
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return fails(call, path);
}

#define REAL(name, type, ...) \
  static type (*real)(__VA_ARGS__); \
  if (!real) real = dlsym(RTLD_NEXT, #name)

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
  REAL(pwrite, ssize_t, int, const void *, size_t, off_t);
  return fails_fd(WRITE, fd) ? -1 : real(fd, bytes, count, at);
}
ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
  REAL(pwrite64, ssize_t, int, const void *, size_t, off64_t);
  return fails_fd(WRITE, fd) ? -1 : real(fd, bytes, count, at);
}
ssize_t write(int fd, const void *bytes, size_t count) {
  REAL(write, ssize_t, int, const void *, size_t);
  return fails_fd(WRITE, fd) ? -1 : real(fd, bytes, count);
}
int fsync(int fd) {
  REAL(fsync, int, int);
  return fails_fd(SYNC, fd) ? -1 : real(fd);
}
int fdatasync(int fd) {
  REAL(fdatasync, int, int);
  return fails_fd(SYNC, fd) ? -1 : real(fd);
}
int ftruncate(int fd, off_t size) {
  REAL(ftruncate, int, int, off_t);
  return fails_fd(SIZE, fd) ? -1 : real(fd, size);
}
int ftruncate64(int fd, off64_t size) {
  REAL(ftruncate64, int, int, off64_t);
  return fails_fd(SIZE, fd) ? -1 : real(fd, size);
}
int open(const char *path, int flags, ...) {
  REAL(open, int, const char *, int, ...);
  va_list rest;
  va_start(rest, flags);
  int mode = va_arg(rest, int);
  va_end(rest);
  return fails(OPEN, path) ? -1 : real(path, flags, mode);
}
int open64(const char *path, int flags, ...) {
  REAL(open64, int, const char *, int, ...);
  va_list rest;
  va_start(rest, flags);
  int mode = va_arg(rest, int);
  va_end(rest);
  return fails(OPEN, path) ? -1 : real(path, flags, mode);
}
