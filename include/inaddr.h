/* An IPv4 address. */
#ifndef WSC_INADDR_H
#define WSC_INADDR_H

#include "windef.h"

WSC_BEGIN

typedef struct WSC(in_addr) {
	__extension__ union {
		union {
			struct {
				UCHAR s_b1, s_b2, s_b3, s_b4;
			} S_un_b;
			struct {
				USHORT s_w1, s_w2;
			} S_un_w;
			ULONG S_addr;
		} S_un;
#ifdef WSC_OVERLAY /* macros on Windows; here they are members, and rename nothing */
		ULONG s_addr;
		__extension__ struct {
			UCHAR s_net, s_host, s_lh, s_impno;
		};
		__extension__ struct {
			USHORT wsc_s_first, s_imp;
		};
#endif
	};
} IN_ADDR, *PIN_ADDR, *LPIN_ADDR;

WSC_END

#endif
