/*
 * What a static libpq calls of LDAP and GSSAPI, each library loaded at the first call. LDAP is asked only where a service file
 * names a directory server, GSSAPI never on a socket file; yet linked, the two bring seventeen libraries into each process, at
 * a third of the time that it takes to start. scripts/static-libpq compiles this, with the names of the two libraries.
 *
 * The prototypes are those of ldap.h and of RFC 2744, with void * for what libpq only passes on: their headers would be two
 * packages more to build with.
 */
#include <dlfcn.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

/* Two threads that load a library at once get the same one, and dlopen counts. It stays for as long as the process. */
static void *symbol(const char *library, const char *name) {
  void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  return handle ? dlsym(handle, name) : NULL;
}

#define ON_DEMAND(library, type, name, parameters, arguments, absent) \
  type name parameters { \
    static type(*_Atomic known) parameters; \
    type(*function) parameters = atomic_load_explicit(&known, memory_order_relaxed); \
    if (!function) { \
      *(void **)&function = symbol(library, #name); \
      if (!function) { \
        absent; \
      } \
      atomic_store_explicit(&known, function, memory_order_relaxed); \
    } \
    return function arguments; \
  }

/* LDAP. Where it is not installed nothing is opened, libpq says so, and calls no other. */

#define LDAP(type, name, parameters, arguments) \
  type name parameters; \
  ON_DEMAND(LDAP_LIBRARY, type, name, parameters, arguments, return 0)

LDAP(void *, ldap_init, (const char *host, int port), (host, port))
LDAP(int, ldap_set_option, (void *ld, int option, const void *value), (ld, option, value))
LDAP(int, ldap_simple_bind, (void *ld, const char *who, const char *password), (ld, who, password))
LDAP(int, ldap_result, (void *ld, int id, int all, struct timeval *timeout, void **result), (ld, id, all, timeout, result))
LDAP(int, ldap_search_st,
     (void *ld, const char *base, int scope, const char *filter, char **attributes, int types_only, struct timeval *timeout,
      void **result),
     (ld, base, scope, filter, attributes, types_only, timeout, result))
LDAP(int, ldap_count_entries, (void *ld, void *result), (ld, result))
LDAP(void *, ldap_first_entry, (void *ld, void *result), (ld, result))
LDAP(void **, ldap_get_values_len, (void *ld, void *entry, const char *attribute), (ld, entry, attribute))
LDAP(char *, ldap_err2string, (int error), (error))
LDAP(int, ldap_msgfree, (void *message), (message))
LDAP(int, ldap_unbind, (void *ld), (ld))

void ldap_value_free_len(void **values);
ON_DEMAND(LDAP_LIBRARY, void, ldap_value_free_len, (void **values), (values), return)

/*
 * GSSAPI. Where it is not installed there are no credentials, which is what libpq asks first; where the server insists, the
 * error says why.
 */

typedef uint32_t status;
typedef struct {
  size_t length;
  void *value;
} buffer;

enum { complete = 0, failure = 13 << 16, major_code = 1 };

/* 1.2.840.113554.1.2.1.4, a service on a host. */
static struct {
  uint32_t length;
  void *elements;
} hostbased_service = {10, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x01\x04"};
extern void *GSS_C_NT_HOSTBASED_SERVICE;
void *GSS_C_NT_HOSTBASED_SERVICE = &hostbased_service;

#define GSS(name, parameters, arguments) \
  status name parameters; \
  ON_DEMAND(GSSAPI_LIBRARY, status, name, parameters, arguments, *minor = 0; return failure)

GSS(gss_acquire_cred,
    (status *minor, void *name, status time, void *mechanisms, int usage, void **credentials, void **actual, status *valid),
    (minor, name, time, mechanisms, usage, credentials, actual, valid))
GSS(gss_import_name, (status *minor, buffer *text, void *type, void **name), (minor, text, type, name))
GSS(gss_init_sec_context,
    (status *minor, void *credentials, void **context, void *name, void *mechanism, status flags, status time, void *bindings,
     buffer *input, void **actual, buffer *output, status *granted, status *valid),
    (minor, credentials, context, name, mechanism, flags, time, bindings, input, actual, output, granted, valid))
GSS(gss_wrap, (status *minor, void *context, int secret, status quality, buffer *input, int *state, buffer *output),
    (minor, context, secret, quality, input, state, output))
GSS(gss_unwrap, (status *minor, void *context, buffer *input, buffer *output, int *state, status *quality),
    (minor, context, input, output, state, quality))
GSS(gss_wrap_size_limit, (status *minor, void *context, int secret, status quality, status output, status *input),
    (minor, context, secret, quality, output, input))
GSS(gss_delete_sec_context, (status *minor, void **context, buffer *output), (minor, context, output))
GSS(gss_release_buffer, (status *minor, buffer *text), (minor, text))
GSS(gss_release_cred, (status *minor, void **credentials), (minor, credentials))
GSS(gss_release_name, (status *minor, void **name), (minor, name))

static status not_installed(status *minor, int type, status *more, buffer *text) {
  static char reason[] = GSSAPI_LIBRARY " is not installed";
  *minor = *more = 0;
  if (type != major_code) return failure;
  *text = (buffer){sizeof reason - 1, reason};
  return complete;
}

status gss_display_status(status *minor, status value, int type, void *mechanism, status *more, buffer *text);
ON_DEMAND(GSSAPI_LIBRARY, status, gss_display_status,
          (status *minor, status value, int type, void *mechanism, status *more, buffer *text),
          (minor, value, type, mechanism, more, text), return not_installed(minor, type, more, text))
