#include "CHost.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#ifdef __APPLE__
#include <sys/sysctl.h>

int chost_boot_id(char *text, int size) {
  size_t length = (size_t)size;
  if (sysctlbyname("kern.bootsessionuuid", text, &length, NULL, 0) < 0) return -errno;
  return (int)strnlen(text, length);
}
#else
int chost_boot_id(char *text, int size) {
  int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -errno;
  ssize_t length = read(fd, text, (size_t)size);
  int code = errno;
  close(fd);
  if (length < 0) return -code;
  while (length > 0 && text[length - 1] == '\n') length--;
  return (int)length;
}
#endif
