#define _GNU_SOURCE
#include "CHost.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/un.h>
#include <unistd.h>

static int fail_and_close(int fd) {
  int code = errno;
  close(fd);
  return -code;
}

static int stream_socket(int family) {
  int fd = socket(family, SOCK_STREAM, 0);
  if (fd < 0) return -errno;
  if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) return fail_and_close(fd);
  return fd;
}

static int unix_address(const char *path, struct sockaddr_un *address) {
  size_t length = strlen(path);
  if (length == 0) return -ENOENT;
  if (length >= sizeof address->sun_path) return -ENAMETOOLONG;
  memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  memcpy(address->sun_path, path, length + 1);
  return 0;
}

int chost_unix_path_limit(void) {
  return (int)sizeof(((struct sockaddr_un *)0)->sun_path) - 1;
}

int chost_bind_unix(const char *path) {
  struct sockaddr_un address;
  int code = unix_address(path, &address);
  if (code < 0) return code;
  int fd = stream_socket(AF_UNIX);
  if (fd < 0) return fd;
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) return fail_and_close(fd);
  if (chmod(path, 0600) < 0) {
    int failed = fail_and_close(fd);
    unlink(path);
    return failed;
  }
  return fd;
}

int chost_probe_unix(const char *path) {
  struct sockaddr_un address;
  int code = unix_address(path, &address);
  if (code < 0) return code;
  int fd = stream_socket(AF_UNIX);
  if (fd < 0) return fd;
  if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0) return fail_and_close(fd);
  if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) return fail_and_close(fd);
  close(fd);
  return 0;
}

int chost_bind_loopback(const char *text, uint16_t port) {
  struct sockaddr_in v4 = {0};
  struct sockaddr_in6 v6 = {0};
  const struct sockaddr *address;
  socklen_t size;
  if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
    if ((ntohl(v4.sin_addr.s_addr) >> 24) != 127) return -EADDRNOTAVAIL;
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    address = (struct sockaddr *)&v4;
    size = sizeof v4;
  } else if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1) {
    if (!IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr)) return -EADDRNOTAVAIL;
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    address = (struct sockaddr *)&v6;
    size = sizeof v6;
  } else {
    return -EADDRNOTAVAIL;
  }
  int fd = stream_socket(address->sa_family);
  if (fd < 0) return fd;
  int on = 1;
  if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0) return fail_and_close(fd);
  if (bind(fd, address, size) < 0) return fail_and_close(fd);
  return fd;
}

int chost_listen(int fd, int backlog) { return listen(fd, backlog) < 0 ? -errno : 0; }

int chost_listening_family(int fd) {
  int type = 0, listening = 0;
  socklen_t size = sizeof type;
  if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0) return -errno;
  size = sizeof listening;
  if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) < 0) return -errno;
  struct sockaddr_storage address;
  size = sizeof address;
  if (getsockname(fd, (struct sockaddr *)&address, &size) < 0) return -errno;
  if (type != SOCK_STREAM || !listening) return -EINVAL;
  switch (address.ss_family) {
    case AF_UNIX: return CHOST_UNIX;
    case AF_INET: return CHOST_INET;
    case AF_INET6: return CHOST_INET6;
    default: return -EINVAL;
  }
}

int chost_is_loopback(int fd) {
  struct sockaddr_storage address;
  socklen_t size = sizeof address;
  if (getsockname(fd, (struct sockaddr *)&address, &size) < 0) return -errno;
  if (address.ss_family == AF_INET) {
    return (ntohl(((struct sockaddr_in *)&address)->sin_addr.s_addr) >> 24) == 127;
  }
  if (address.ss_family == AF_INET6) {
    return IN6_IS_ADDR_LOOPBACK(&((struct sockaddr_in6 *)&address)->sin6_addr) ? 1 : 0;
  }
  return 0;
}

int chost_local_port(int fd) {
  struct sockaddr_storage address;
  socklen_t size = sizeof address;
  if (getsockname(fd, (struct sockaddr *)&address, &size) < 0) return -errno;
  if (address.ss_family == AF_INET) return ntohs(((struct sockaddr_in *)&address)->sin_port);
  if (address.ss_family == AF_INET6) return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
  return -EAFNOSUPPORT;
}

int chost_local_path(int fd, char *path, int capacity) {
  struct sockaddr_un address;
  memset(&address, 0, sizeof address);
  socklen_t size = sizeof address;
  if (getsockname(fd, (struct sockaddr *)&address, &size) < 0) return -errno;
  if (address.sun_family != AF_UNIX) return -EAFNOSUPPORT;
  // An unbound or abstract address has no path; the field may come without its NUL.
  size_t length = strnlen(address.sun_path, sizeof address.sun_path);
  if (length >= (size_t)capacity) return -ENAMETOOLONG;
  memcpy(path, address.sun_path, length);
  path[length] = 0;
  return 0;
}

int chost_peer_uid(int fd, uint32_t *uid) {
#if defined(__linux__)
  struct ucred credentials;
  socklen_t size = sizeof credentials;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0) return -errno;
  *uid = credentials.uid;
#else
  uid_t user;
  gid_t group;
  if (getpeereid(fd, &user, &group) < 0) return -errno;
  *uid = user;
#endif
  return 0;
}

int chost_try_lock(int fd) {
  while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
    if (errno != EINTR) return -errno;
  }
  return 0;
}

int chost_unlock(int fd) { return flock(fd, LOCK_UN) < 0 ? -errno : 0; }

int chost_open_lock(const char *path) {
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  return fd < 0 ? -errno : fd;
}

int chost_open_directory(const char *path) {
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return fd < 0 ? -errno : fd;
}

int chost_close_on_exec(int fd) { return fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ? -errno : 0; }
