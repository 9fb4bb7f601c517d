#include "CHost.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

void chost_bound_arenas(void) {
#if defined(__GLIBC__) && defined(M_ARENA_MAX)
  mallopt(M_ARENA_MAX, 2);
#endif
}
