#include <libpq-fe.h>
#include <libpq/libpq-fs.h>
#include <sys/eventfd.h>

/* eventfd is not in Swift's Glibc module. */
static inline int clibpq_eventfd(void) {
  return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}
