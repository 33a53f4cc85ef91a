/* Structures that go to the program in one piece: at their head what has a fixed size, behind it what that
 * points to, and before all the question whether there is room. */
#ifndef WSC_REPLY_H
#define WSC_REPLY_H

#include "ws.h"

#include <stddef.h>

struct reply {
	unsigned char *copy; /* of what goes to the program; NULL if there was no memory */
	size_t size;         /* bytes of it */
	void *user;          /* where it is going to stand, untried */
	int unit;            /* of its texts */
};

/* Begins with so many bytes of 0, which the caller fills in through `copy`: that moves with each addition. */
void wsc__reply_begin(struct reply *reply, int unit, void *user, size_t head);

/* What is behind that. Both give the address it will have for the program, or NULL if there is nothing to
 * add. */
void *wsc__reply_add(struct reply *reply, const void *from, size_t size);
void *wsc__reply_text(struct reply *reply, const char *text);

/* Hands it over if *user_size bytes are enough; or else says there how many would be. 0, WSAEFAULT or
 * WSA_NOT_ENOUGH_MEMORY. The copy is gone in any case. */
int wsc__reply_end(struct reply *reply, DWORD *user_size);

#endif
