#pragma once
#include <stddef.h>

/// The script of the extension `muster`, as it is in sql/; for hosts where extensions cannot be installed.
const unsigned char *muster_extension_script(size_t *length);
