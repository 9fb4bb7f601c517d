#ifndef CHOST_H
#define CHOST_H

#include <stdint.h>

// What POSIX offers and Swift's overlays do not, or offer differently on Linux and Darwin. Every function that returns
// int answers 0 or a positive value when it worked, and the negated errno when it did not. Descriptors are made
// close-on-exec.

/// Keeps the allocator to few arenas, before other threads come up: glibc makes up to eight a core, and each keeps for
/// itself what its threads have freed. Does nothing where the C library has no such arenas.
void chost_bound_arenas(void);

/// Gives the allocator's free memory back to the system, which takes a millisecond or two. May be called at any time.
void chost_trim_heap(void);

/// Does the same, and takes the process's read-only pages of programs and libraries
/// out of its mapping: the system keeps them in its cache, and the next use maps them again. May be called at any time.
void chost_give_back_memory(void);

/// The name of the machine's run since it was last started into `text` of `size` bytes, without a closing NUL; its length.
int chost_boot_id(char *text, int size);

/// Families of a stream socket, as chost_listening_family() tells them.
enum { CHOST_UNIX = 1, CHOST_INET = 2, CHOST_INET6 = 3 };

/// Bytes of the longest path that a Unix socket address can hold, without the closing NUL.
int chost_unix_path_limit(void);

/// A Unix stream socket bound to `path` with rights 0600, not yet listening: nobody can connect before the rights stand.
int chost_bind_unix(const char *path);

/// Whether somebody listens at `path`: 0 when they do, -ECONNREFUSED when the file is stale. Never blocks.
int chost_probe_unix(const char *path);

/// A TCP socket bound to a loopback address given as a literal (`127.0.0.1`, `::1`); -EADDRNOTAVAIL for any other.
int chost_bind_loopback(const char *address, uint16_t port);

/// Starts listening, or sets the queue of one that listens already.
int chost_listen(int fd, int backlog);

/// The family of a stream socket that already listens; -EINVAL where it is anything else.
int chost_listening_family(int fd);

/// Whether a TCP socket is bound to a loopback address: 1 or 0.
int chost_is_loopback(int fd);

/// The port that a TCP socket is bound to.
int chost_local_port(int fd);

/// The path that a Unix socket is bound to, with its closing NUL, into `path` of `size` bytes.
int chost_local_path(int fd, char *path, int size);

/// The user on the other side of a connected Unix socket (SO_PEERCRED on Linux, getpeereid elsewhere).
int chost_peer_uid(int fd, uint32_t *uid);

/// Takes an exclusive advisory lock (flock) without waiting; -EWOULDBLOCK when somebody holds it. The kernel gives it
/// back when the last descriptor of this opening closes, so also when the process dies.
int chost_try_lock(int fd);

/// Gives the lock back, also where a child between fork and exec still holds a copy of the descriptor.
int chost_unlock(int fd);

/// Opens a lock file, made 0600 where it is missing, never through a symbolic link.
int chost_open_lock(const char *path);

/// Opens a directory.
int chost_open_directory(const char *path);

/// Marks a descriptor close-on-exec.
int chost_close_on_exec(int fd);

/// Calls `changed(context)` on a thread of its own whenever the machine gains a link, an address or a route, once for what comes
/// together. It watches until the process ends; `context` must live as long.
int chost_watch_network(void (*changed)(void *), void *context);

#endif
