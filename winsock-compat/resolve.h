/* Questions to the resolver, as getaddrinfo and its relatives ask them. */
#ifndef WSC_RESOLVE_H
#define WSC_RESOLVE_H

#include "wide.h"

#include <netdb.h>
#include <stdbool.h>

/* The list that is given out: its texts have units of so many bytes. */
struct list {
	int unit;
	bool extended; /* of ADDRINFOEX, which is larger */
	void *first;
};

/* What the program asks for: the four numbers that the hints begin with, whichever they are. */
struct wanted {
	int flags, family, type, protocol;
};

/* A question, with nothing in it that is the program's. */
struct question {
	struct wanted wanted;
	bool has_node, has_service;
	char node[WSC_UTF8_MOST * NI_MAXHOST], service[WSC_UTF8_MOST * NI_MAXSERV];
};

/* Reads what the program has written, and says what Windows says before it asks anybody. *result becomes
 * NULL. */
int wsc__resolve_read(struct question *question, const struct list *list, const void *node,
		      const void *service, const void *hints, void *result);

/* The answer, or its error; it may take long. wsc__resolve_free frees a list. */
int wsc__resolve(const struct question *question, struct list *list);
void wsc__resolve_free(const struct list *list);

#endif
