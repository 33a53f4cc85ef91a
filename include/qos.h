/* What a flow of data asks for. */
#ifndef __QOS_H_
#define __QOS_H_

#include "windef.h"

#ifdef WSC_OVERLAY
#include "wsc/qos-constants.h"
#endif

WSC_BEGIN

typedef ULONG SERVICETYPE;

typedef struct _flowspec {
	ULONG TokenRate;
	ULONG TokenBucketSize;
	ULONG PeakBandwidth;
	ULONG Latency;
	ULONG DelayVariation;
	SERVICETYPE ServiceType;
	ULONG MaxSduSize;
	ULONG MinimumPolicedSize;
} FLOWSPEC, *PFLOWSPEC, *LPFLOWSPEC;

WSC_END

#endif
