#include "other.h"

void exports_other_greet(other_string_t *name, other_string_t *greeting) { *greeting = *name; }
