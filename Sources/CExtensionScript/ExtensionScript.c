#include "ExtensionScript.h"

// C, because #embed costs nothing where a Swift array literal of this size takes the compiler twenty seconds.
#pragma clang diagnostic ignored "-Wc23-extensions"
static const unsigned char script[] = {
#embed "../../sql/muster--1.0.sql"
};

const unsigned char *muster_extension_script(size_t *length) {
  *length = sizeof script;
  return script;
}
