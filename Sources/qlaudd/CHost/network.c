#define _GNU_SOURCE
#include "CHost.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#if defined(__linux__)
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#else
#include <net/if.h>
#include <net/route.h>
#endif

struct watch {
  int fd;
  void (*changed)(void *);
  void *context;
};

#if defined(__linux__)

// rtnetlink(7): links, addresses and routes, as the kernel tells of them.
static int open_watch(void) {
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (fd < 0) return -errno;
  struct sockaddr_nl address;
  memset(&address, 0, sizeof address);
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE |
                      RTMGRP_IPV6_ROUTE;
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) {
    int code = errno;
    close(fd);
    return -code;
  }
  return fd;
}

// Whether there is something new by which a host may be reached; what has gone is noticed by those who use it.
static bool is_gain(const char *bytes, ssize_t count) {
  int length = (int)count;
  for (const struct nlmsghdr *message = (const struct nlmsghdr *)bytes; NLMSG_OK(message, length);
       message = NLMSG_NEXT(message, length)) {
    if (message->nlmsg_type == RTM_NEWLINK || message->nlmsg_type == RTM_NEWADDR ||
        message->nlmsg_type == RTM_NEWROUTE) {
      return true;
    }
  }
  return false;
}

#else

// route(4): the routing socket.
static int open_watch(void) {
  int fd = socket(PF_ROUTE, SOCK_RAW, 0);
  if (fd < 0) return -errno;
  if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) {
    int code = errno;
    close(fd);
    return -code;
  }
  return fd;
}

static bool is_gain(const char *bytes, ssize_t count) {
  if (count < (ssize_t)sizeof(struct rt_msghdr)) return true;
  int type = ((const struct rt_msghdr *)bytes)->rtm_type;
  return type == RTM_ADD || type == RTM_CHANGE || type == RTM_NEWADDR || type == RTM_IFINFO;
}

#endif

static void *run(void *raw) {
  struct watch watch = *(struct watch *)raw;
  free(raw);
  _Alignas(8) char bytes[16384];
  bool gained = false;
  for (;;) {
    // What comes in one go is told once.
    ssize_t count = recv(watch.fd, bytes, sizeof bytes, gained ? MSG_DONTWAIT : 0);
    if (count > 0) {
      gained = is_gain(bytes, count) || gained;
    } else if (count < 0 && errno == ENOBUFS) {
      // Messages were lost, so anything may have happened.
      gained = true;
    } else if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      watch.changed(watch.context);
      gained = false;
    } else if (count == 0 || errno != EINTR) {
      close(watch.fd);
      return NULL;
    }
  }
}

int chost_watch_network(void (*changed)(void *), void *context) {
  int fd = open_watch();
  if (fd < 0) return fd;
  struct watch *watch = malloc(sizeof *watch);
  if (!watch) {
    close(fd);
    return -ENOMEM;
  }
  *watch = (struct watch){fd, changed, context};
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  int code = pthread_create(&thread, NULL, run, watch);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (code) {
    close(fd);
    free(watch);
    return -code;
  }
  pthread_detach(thread);
  return 0;
}
