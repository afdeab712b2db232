/* The digests that need no provider: to fetch one reads OpenSSL's configuration, and takes longer than to hash a short file. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
