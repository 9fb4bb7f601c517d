#ifndef CCURL_H
#define CCURL_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// libcurl is opened when it is first needed, not when the process starts: it brings some thirty libraries (TLS, Kerberos,
// LDAP, SSH), which would double the time to listening and cost a daemon that nobody has asked anything 8 MiB. Every
// function below but `ccurl_problem` may be called only where that one has answered NULL.

// Opens libcurl and sets it up, once for the process, from any thread. NULL, or why it cannot be used.
const char *ccurl_problem(void);

// libcurl's own functions, under this prefix.
CURL *ccurl_easy_init(void);
void ccurl_easy_cleanup(CURL *easy);
CURLcode ccurl_easy_pause(CURL *easy, int bitmask);
const char *ccurl_easy_strerror(CURLcode code);
CURLM *ccurl_multi_init(void);
CURLMcode ccurl_multi_cleanup(CURLM *multi);
CURLMcode ccurl_multi_perform(CURLM *multi, int *running);
CURLMcode ccurl_multi_poll(CURLM *multi, struct curl_waitfd *extra, unsigned count, int milliseconds, int *ready);
CURLMcode ccurl_multi_wakeup(CURLM *multi);
CURLMcode ccurl_multi_add_handle(CURLM *multi, CURL *easy);
CURLMcode ccurl_multi_remove_handle(CURLM *multi, CURL *easy);
const char *ccurl_multi_strerror(CURLMcode code);
struct curl_slist *ccurl_slist_append(struct curl_slist *list, const char *text);
void ccurl_slist_free_all(struct curl_slist *list);
CURLU *ccurl_url(void);
void ccurl_url_cleanup(CURLU *url);
CURLUcode ccurl_url_set(CURLU *url, CURLUPart part, const char *text, unsigned flags);
CURLUcode ccurl_url_get(CURLU *url, CURLUPart part, char **text, unsigned flags);
const char *ccurl_url_strerror(CURLUcode code);
void ccurl_free(void *text);

// setopt and getinfo are variadic, which Swift cannot call: one plain function for each kind of argument.

CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value);
// The text is copied by libcurl.
CURLcode ccurl_set_text(CURL *easy, CURLoption option, const char *text);
// The pointer is not copied: what it points to must live as long as the handle.
CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *pointer);
CURLcode ccurl_set_size(CURL *easy, CURLoption option, curl_off_t size);
CURLcode ccurl_set_list(CURL *easy, CURLoption option, struct curl_slist *list);
// CURLOPT_WRITEFUNCTION and CURLOPT_HEADERFUNCTION have the same type.
CURLcode ccurl_set_writer(CURL *easy, CURLoption option, curl_write_callback callback);
CURLcode ccurl_set_opensocket(CURL *easy, curl_opensocket_callback callback);
CURLcode ccurl_set_prereq(CURL *easy, curl_prereq_callback callback);
CURLcode ccurl_set_progress(CURL *easy, curl_xferinfo_callback callback);
// Does not wait for a resolver's thread when a transfer is given up: a look-up can hang for half a minute, and with it
// every other transfer. Does nothing with a libcurl before 7.87, which has no such option.
CURLcode ccurl_set_quick_exit(CURL *easy);

// How many connections the transfer had to open: 0 means that it ran on a kept one.
long ccurl_connections_opened(CURL *easy);
// Whether a connect failed because nobody listens there.
bool ccurl_was_refused(CURL *easy);
// The status with which a proxy answered CONNECT, or 0.
long ccurl_proxy_status(CURL *easy);

CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value);
// The next finished transfer; false when there is none.
bool ccurl_next_finished(CURLM *multi, CURL **easy, CURLcode *result);

extern const size_t ccurl_write_pause;

// Writes the address into `bytes` (4 or 16 of them, network order) and returns the IP version, or 0 for another family.
int ccurl_address(const struct sockaddr *address, uint8_t bytes[16]);
// The same for an address in text form, as inet_pton reads it; a zone after % is ignored.
int ccurl_parse_address(const char *text, uint8_t bytes[16]);
// A socket for the address, closed on exec. Where the system can, what was sent and is not acknowledged for 30 seconds
// ends the connection: a network that went away silently is noticed before the reply's time-out.
curl_socket_t ccurl_socket(const struct curl_sockaddr *address);

// Runs `body(context)` on a new detached thread with all signals blocked (a broken pipe inside TLS must not raise one).
// Returns 0 or an errno.
int ccurl_thread(void (*body)(void *), void *context);

#endif
