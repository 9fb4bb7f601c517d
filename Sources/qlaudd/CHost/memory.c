#define _GNU_SOURCE
#include "CHost.h"

#ifdef __GLIBC__
#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>
#endif

void chost_bound_arenas(void) {
#if defined(__GLIBC__) && defined(M_ARENA_MAX)
  mallopt(M_ARENA_MAX, 2);
#endif
}

#ifdef __GLIBC__
/// Segments that may be written hold relocations, and those are not in the file.
static int drop_text(struct dl_phdr_info *object, size_t size, void *context) {
  (void)size;
  (void)context;
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
    if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W)) continue;
    uintptr_t start = ((uintptr_t)object->dlpi_addr + segment->p_vaddr + page - 1) & ~(page - 1);
    uintptr_t end = ((uintptr_t)object->dlpi_addr + segment->p_vaddr + segment->p_filesz) & ~(page - 1);
    // A hint: where it is refused, the pages stay.
    if (start < end) madvise((void *)start, end - start, MADV_DONTNEED);
  }
  return 0;
}
#endif

void chost_trim_heap(void) {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

void chost_give_back_memory(void) {
  chost_trim_heap();
#ifdef __GLIBC__
  dl_iterate_phdr(drop_text, NULL);
#endif
}
