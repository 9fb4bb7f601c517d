#include "ccurl.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

// Each function of libcurl that is used: a pointer of its own type, found by its name.
#define FUNCTIONS(each) \
  each(curl_global_init) each(curl_easy_init) each(curl_easy_cleanup) each(curl_easy_pause) each(curl_easy_strerror) \
  each(curl_easy_setopt) each(curl_easy_getinfo) each(curl_multi_init) each(curl_multi_cleanup) \
  each(curl_multi_perform) each(curl_multi_poll) each(curl_multi_wakeup) each(curl_multi_add_handle) \
  each(curl_multi_remove_handle) each(curl_multi_strerror) each(curl_multi_setopt) each(curl_multi_info_read) \
  each(curl_slist_append) each(curl_slist_free_all) each(curl_url) each(curl_url_cleanup) each(curl_url_set) \
  each(curl_url_get) each(curl_url_strerror) each(curl_free)
// The headers' macros check arguments and call by name; the pointers are called instead.
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt
#define POINTER(name) static __typeof__(&name) p_##name;
FUNCTIONS(POINTER)

#ifdef __APPLE__
static const char *const library_name = "libcurl.4.dylib";
#else
static const char *const library_name = "libcurl.so.4";
#endif
static char problem[512];

static void fail(const char *why) { snprintf(problem, sizeof problem, "%s", why ? why : "libcurl cannot be opened"); }

static void load(void) {
  void *library = dlopen(library_name, RTLD_NOW | RTLD_LOCAL);
  if (!library) return fail(dlerror());
#define FIND(name) \
  if (!(p_##name = (__typeof__(p_##name))dlsym(library, #name))) return fail(dlerror());
  FUNCTIONS(FIND)
  CURLcode code = p_curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK) fail(p_curl_easy_strerror(code));
}
const char *ccurl_problem(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load);
  return problem[0] ? problem : NULL;
}

CURL *ccurl_easy_init(void) { return p_curl_easy_init(); }
void ccurl_easy_cleanup(CURL *easy) { p_curl_easy_cleanup(easy); }
CURLcode ccurl_easy_pause(CURL *easy, int bitmask) { return p_curl_easy_pause(easy, bitmask); }
const char *ccurl_easy_strerror(CURLcode code) { return p_curl_easy_strerror(code); }
CURLM *ccurl_multi_init(void) { return p_curl_multi_init(); }
CURLMcode ccurl_multi_cleanup(CURLM *multi) { return p_curl_multi_cleanup(multi); }
CURLMcode ccurl_multi_perform(CURLM *multi, int *running) { return p_curl_multi_perform(multi, running); }
CURLMcode ccurl_multi_poll(CURLM *multi, struct curl_waitfd *extra, unsigned count, int milliseconds, int *ready) {
  return p_curl_multi_poll(multi, extra, count, milliseconds, ready);
}
CURLMcode ccurl_multi_wakeup(CURLM *multi) { return p_curl_multi_wakeup(multi); }
CURLMcode ccurl_multi_add_handle(CURLM *multi, CURL *easy) { return p_curl_multi_add_handle(multi, easy); }
CURLMcode ccurl_multi_remove_handle(CURLM *multi, CURL *easy) { return p_curl_multi_remove_handle(multi, easy); }
const char *ccurl_multi_strerror(CURLMcode code) { return p_curl_multi_strerror(code); }
struct curl_slist *ccurl_slist_append(struct curl_slist *list, const char *text) {
  return p_curl_slist_append(list, text);
}
void ccurl_slist_free_all(struct curl_slist *list) { p_curl_slist_free_all(list); }
CURLU *ccurl_url(void) { return p_curl_url(); }
void ccurl_url_cleanup(CURLU *url) { p_curl_url_cleanup(url); }
CURLUcode ccurl_url_set(CURLU *url, CURLUPart part, const char *text, unsigned flags) {
  return p_curl_url_set(url, part, text, flags);
}
CURLUcode ccurl_url_get(CURLU *url, CURLUPart part, char **text, unsigned flags) {
  return p_curl_url_get(url, part, text, flags);
}
const char *ccurl_url_strerror(CURLUcode code) { return p_curl_url_strerror(code); }
void ccurl_free(void *text) { p_curl_free(text); }

CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value) {
  return p_curl_easy_setopt(easy, option, value);
}
CURLcode ccurl_set_text(CURL *easy, CURLoption option, const char *text) {
  return p_curl_easy_setopt(easy, option, text);
}
CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *pointer) {
  return p_curl_easy_setopt(easy, option, pointer);
}
CURLcode ccurl_set_size(CURL *easy, CURLoption option, curl_off_t size) {
  return p_curl_easy_setopt(easy, option, size);
}
CURLcode ccurl_set_list(CURL *easy, CURLoption option, struct curl_slist *list) {
  return p_curl_easy_setopt(easy, option, list);
}
CURLcode ccurl_set_writer(CURL *easy, CURLoption option, curl_write_callback callback) {
  return p_curl_easy_setopt(easy, option, callback);
}
CURLcode ccurl_set_opensocket(CURL *easy, curl_opensocket_callback callback) {
  return p_curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, callback);
}
CURLcode ccurl_set_prereq(CURL *easy, curl_prereq_callback callback) {
  return p_curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, callback);
}
CURLcode ccurl_set_progress(CURL *easy, curl_xferinfo_callback callback) {
  return p_curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, callback);
}
CURLcode ccurl_set_quick_exit(CURL *easy) {
#if LIBCURL_VERSION_NUM >= 0x075700
  return p_curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#else
  (void)easy;
  return CURLE_OK;
#endif
}

static long info(CURL *easy, CURLINFO name) {
  long value = 0;
  return p_curl_easy_getinfo(easy, name, &value) == CURLE_OK ? value : 0;
}
long ccurl_connections_opened(CURL *easy) { return info(easy, CURLINFO_NUM_CONNECTS); }
bool ccurl_was_refused(CURL *easy) { return info(easy, CURLINFO_OS_ERRNO) == ECONNREFUSED; }
long ccurl_proxy_status(CURL *easy) { return info(easy, CURLINFO_HTTP_CONNECTCODE); }

CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
  return p_curl_multi_setopt(multi, option, value);
}
bool ccurl_next_finished(CURLM *multi, CURL **easy, CURLcode *result) {
  int left = 0;
  CURLMsg *message;
  while ((message = p_curl_multi_info_read(multi, &left))) {
    if (message->msg != CURLMSG_DONE) continue;
    *easy = message->easy_handle;
    *result = message->data.result;
    return true;
  }
  return false;
}

const size_t ccurl_write_pause = CURL_WRITEFUNC_PAUSE;

int ccurl_address(const struct sockaddr *address, uint8_t bytes[16]) {
  if (address->sa_family == AF_INET) {
    memcpy(bytes, &((const struct sockaddr_in *)address)->sin_addr, 4);
    return 4;
  }
  if (address->sa_family == AF_INET6) {
    memcpy(bytes, &((const struct sockaddr_in6 *)address)->sin6_addr, 16);
    return 6;
  }
  return 0;
}
int ccurl_parse_address(const char *text, uint8_t bytes[16]) {
  char copy[INET6_ADDRSTRLEN];
  size_t length = strcspn(text, "%");
  if (length >= sizeof copy) return 0;
  memcpy(copy, text, length);
  copy[length] = 0;
  if (inet_pton(AF_INET, copy, bytes) == 1) return 4;
  if (inet_pton(AF_INET6, copy, bytes) == 1) return 6;
  return 0;
}
curl_socket_t ccurl_socket(const struct curl_sockaddr *address) {
  int type = address->socktype;
#ifdef SOCK_CLOEXEC
  type |= SOCK_CLOEXEC;
#endif
  int descriptor = socket(address->family, type, address->protocol);
#ifndef SOCK_CLOEXEC
  if (descriptor >= 0) fcntl(descriptor, F_SETFD, FD_CLOEXEC);
#endif
#ifdef TCP_USER_TIMEOUT
  if (descriptor >= 0 && address->socktype == SOCK_STREAM) {
    unsigned int milliseconds = 30000;
    setsockopt(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds);
  }
#endif
  return descriptor < 0 ? CURL_SOCKET_BAD : descriptor;
}

struct start {
  void (*body)(void *);
  void *context;
};
static void *run(void *raw) {
  struct start start = *(struct start *)raw;
  free(raw);
  start.body(start.context);
  return NULL;
}
int ccurl_thread(void (*body)(void *), void *context) {
  struct start *start = malloc(sizeof *start);
  if (!start) return ENOMEM;
  start->body = body;
  start->context = context;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  int code = pthread_create(&thread, NULL, run, start);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (code) {
    free(start);
    return code;
  }
  return pthread_detach(thread);
}
