/* An IPv6 address. */
#ifndef WSC_IN6ADDR_H
#define WSC_IN6ADDR_H

#include "windef.h"

WSC_BEGIN

typedef struct WSC(in6_addr) {
	__extension__ union {
		union {
			UCHAR Byte[16];
			USHORT Word[8];
		} u;
#ifdef WSC_OVERLAY /* macros on Windows; here they are members, and rename nothing */
		UCHAR s6_addr[16];
		UCHAR s6_bytes[16];
		USHORT s6_words[8];
#endif
	};
} IN6_ADDR, *PIN6_ADDR, *LPIN6_ADDR;

WSC_END

#ifdef WSC_OVERLAY
#define in_addr6 in6_addr
#endif

#endif
