/* What the tests of queued data share: a stream of bytes that is known at every place, so that one which is
 * lost, doubled or out of order is found. */
#ifndef SENDQUEUE_H
#define SENDQUEUE_H

#include "net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PERIOD = 262139, STEP = 1 << 16, MUCH = 50 << 20, SOME = 8 << 20, PATIENCE = 30000 };

/* The stream from any place on that is a multiple of PERIOD: MUCH bytes and a PERIOD. */
static char *stream;

static void stream_begin(void)
{
	unsigned number = 12345;

	stream = malloc(MUCH + PERIOD);
	if (!stream)
		bail("no memory");
	for (int i = 0; i < PERIOD; i++) {
		number = number * 1103515245 + 12345;
		stream[i] = (char)(number >> 16);
	}
	for (size_t done = PERIOD, now; done < MUCH + PERIOD; done += now) {
		now = MUCH + PERIOD - done < done ? MUCH + PERIOD - done : done / PERIOD * PERIOD;
		memcpy(stream + done, stream, now);
	}
}

static const char *stream_at(size_t place)
{
	return stream + place % PERIOD;
}

/* One side of a connection that gets the stream. */
struct reader {
	SOCKET s;
	size_t place; /* so much of it was received */
	bool wrong;   /* something else was, before that */
	int pause;    /* ms after every step */
	int result;   /* of the last recv that gave nothing more */
	int error;    /* and its error */
	size_t most;  /* where read_thread stops */
};

/* Receives up to that place, or the end. Whether it came there, and all was right. */
static bool read_to(struct reader *reader, size_t place)
{
	char buffer[STEP];

	while (reader->place < place) {
		size_t left = place - reader->place;
		int result = recv(reader->s, buffer, (int)(left < STEP ? left : STEP), 0);

		if (result <= 0) {
			reader->result = result;
			reader->error = result < 0 ? WSAGetLastError() : 0;
			break;
		}
		if (memcmp(buffer, stream_at(reader->place), (size_t)result))
			reader->wrong = true;
		reader->place += (size_t)result;
		if (reader->pause)
			sleep_ms(reader->pause);
	}
	return reader->place == place && !reader->wrong;
}

/* Receives until nothing more comes: what recv said then. */
static const char *read_end(struct reader *reader)
{
	read_to(reader, (size_t)-1);
	return reader->wrong ? "other bytes" : reader->result < 0 ? error_name(reader->error) : "end";
}

static inline void read_thread(void *argument)
{
	struct reader *reader = argument;

	read_to(reader, reader->most);
}

static void set_blocking(SOCKET s, bool blocks)
{
	u_long on = !blocks;

	if (ioctlsocket(s, FIONBIO, &on))
		bail("FIONBIO: %s", error_name(WSAGetLastError()));
}

static void set_option(SOCKET s, int name, DWORD value)
{
	if (setsockopt(s, SOL_SOCKET, name, (char *)&value, sizeof value))
		bail("setsockopt: %s", error_name(WSAGetLastError()));
}

static inline void set_linger(SOCKET s, int seconds)
{
	struct linger linger = { 1, (unsigned short)seconds };

	if (setsockopt(s, SOL_SOCKET, SO_LINGER, (char *)&linger, sizeof linger))
		bail("SO_LINGER: %s", error_name(WSAGetLastError()));
}

/* A connection whose first end does not block, and whose second one is to be read. */
static struct reader begin_reader(SOCKET pair[2])
{
	set_blocking(pair[0], false);
	set_option(pair[1], SO_RCVTIMEO, PATIENCE); /* a test that fails has to end, too */
	return (struct reader){ .s = pair[1] };
}

/* Sends the stream from that place on until nothing more is accepted; how far it came. */
static size_t fill(SOCKET s, size_t place, int size)
{
	for (int result, rounds = 0; rounds < 1000; rounds++, place += (size_t)result) {
		result = send(s, stream_at(place), size, 0);
		if (result < 0)
			break;
	}
	return place;
}

#endif
