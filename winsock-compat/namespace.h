/* Name spaces: who provides them, and how they are asked. */
#ifndef WSC_NAMESPACE_H
#define WSC_NAMESPACE_H

#include "wide.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

/* What a program wants to know. */
struct query {
	DWORD flags; /* LUP_* */
	char name[WSC_UTF8_MOST * NI_MAXHOST];
	char string[WSC_UTF8_MOST * NI_MAXHOST];
	bool has_class;
	GUID class;
	struct query_protocol {
		int family, protocol; /* Windows' numbers */
	} protocols[16];
	size_t protocols_count; /* 0: any */
};

/* One answer to it. What is NULL or 0 the name space does not know. */
struct answer {
	char *name;
	bool has_class;
	GUID class;
	struct answer_address {
		struct sockaddr_storage address; /* with Windows' family */
		int type, protocol;
	} * addresses;
	size_t addresses_count;
	void *blob;
	size_t blob_size;
	DWORD flags; /* RESULT_IS_* */
};

struct answers {
	struct answer *list;
	size_t count;
};

struct name_space {
	GUID provider;
	DWORD number; /* NS_* */
	const char *identifier;
	bool waits;   /* its answers come from elsewhere and may take long */
	bool changes; /* WSANSPIoctl can ask whether they are still true */
	/* Whether it could be asked that. */
	int (*check)(const struct query *query);
	/* Each answer is freed with the list; after an error there is none. */
	int (*ask)(const struct query *query, struct answers *answers);
	/* Registers a service, or takes it back. */
	int (*set)(const struct query *query, WSAESETSERVICEOP operation);
};

/* In Windows' order. */
extern const struct name_space *const wsc__namespaces[];
extern const size_t wsc__namespaces_count;

extern const struct name_space wsc__namespace_dns, wsc__namespace_nla;

bool wsc__namespace_is(const GUID *one, const GUID *other);

/* An answer more, all 0; NULL if there is no memory. */
struct answer *wsc__namespace_answer(struct answers *answers);
void wsc__namespace_free(struct answers *answers);

#endif
