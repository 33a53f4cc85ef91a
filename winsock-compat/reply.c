/* Structures that go to the program in one piece. */
#include "reply.h"

#include "fault.h"
#include "wide.h"

#include <stdlib.h>
#include <string.h>

/* What everything begins at a multiple of, so that it may be anything. */
enum { ALIGNMENT = 8 };

static unsigned char *grow(struct reply *reply, size_t more)
{
	size_t from = (reply->size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	unsigned char *larger = reply->copy || !reply->size ? realloc(reply->copy, from + more + 1) : NULL;

	if (!larger) {
		free(reply->copy);
		reply->copy = NULL;
		reply->size = from + more;
		return NULL;
	}
	memset(larger + reply->size, 0, from + more - reply->size);
	reply->copy = larger;
	reply->size = from + more;
	return larger + from;
}

void wsc__reply_begin(struct reply *reply, int unit, void *user, size_t head)
{
	*reply = (struct reply){ .user = user, .unit = unit };
	grow(reply, head);
}

void *wsc__reply_add(struct reply *reply, const void *from, size_t size)
{
	unsigned char *at;

	if (!from)
		return NULL;
	at = grow(reply, size);
	if (!at)
		return NULL;
	memcpy(at, from, size);
	return wsc__user_at(reply->user, (size_t)(at - reply->copy));
}

void *wsc__reply_text(struct reply *reply, const char *text)
{
	const size_t unit = (size_t)reply->unit;
	unsigned char *at = text ? grow(reply, (strlen(text) + 1) * unit) : NULL;
	size_t offset;

	if (!at)
		return NULL;
	offset = (size_t)(at - reply->copy);
	reply->size = offset + (wsc__wide_copy(reply->unit, at, text) + 1) * unit;
	return wsc__user_at(reply->user, offset);
}

int wsc__reply_end(struct reply *reply, DWORD *user_size)
{
	DWORD room, needed = (DWORD)reply->size;
	int error = 0;

	if (!user_size || wsc__copy_in(&room, user_size, sizeof room))
		error = WS_WSAEFAULT;
	else if (!reply->copy)
		error = WS_WSA_NOT_ENOUGH_MEMORY;
	else if (reply->user && room >= needed)
		error = wsc__copy_out(reply->user, reply->copy, needed);
	else {
		wsc__copy_out(user_size, &needed, sizeof needed);
		error = WS_WSAEFAULT;
	}
	free(reply->copy);
	reply->copy = NULL;
	return error;
}
