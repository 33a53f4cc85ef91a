/* Windows' integers the size of a pointer; they are with the other types. */
#include "windef.h"
