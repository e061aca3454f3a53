/* SPDX-License-Identifier: ISC */
/*
 * The limit that the benchmark compares with: a TLS server on the same loop
 * as the load generator's, with the bank's own context, which sends back
 * every byte it reads.  Prints `listening ADDRESS PORT`; SIGTERM ends it.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <unistd.h>

#include "../../shared/crypt/channel.h"
#include "link.h"
#include "../../shared/base/file.h"
#include "../../shared/base/util.h"

#define EVENTS 256
#define LARGEST_PEM 65536

struct peer {
	struct link link;
	bool secured;
};

static SSL_CTX *
read_context(const char *certificate_path, const char *key_path)
{
	size_t certificate_length, key_length;
	char *certificate, *key;
	SSL_CTX *tls;

	if (file_read(certificate_path, LARGEST_PEM, &certificate,
		&certificate_length) != 0)
		err(EX_NOINPUT, "%s", certificate_path);
	if (file_read(key_path, LARGEST_PEM, &key, &key_length) != 0)
		err(EX_NOINPUT, "%s", key_path);
	if (channel_server(
		&tls, certificate, certificate_length, key, key_length) != 0)
		errx(EX_DATAERR, "%s, %s: not a certificate and its key",
		    certificate_path, key_path);
	OPENSSL_cleanse(key, key_length);
	free(key);
	free(certificate);
	return tls;
}

static int
listen_loopback(int epoll)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t length = sizeof(address);
	struct epoll_event event = { .events = EPOLLIN };
	int fd;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) == -1 ||
	    listen(fd, SOMAXCONN) == -1 ||
	    getsockname(fd, (struct sockaddr *)&address, &length) == -1 ||
	    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == -1)
		err(EX_OSERR, "listen");
	printf("listening 127.0.0.1 %u\n", ntohs(address.sin_port));
	fflush(stdout);
	return fd;
}

static void
accept_all(int epoll, int listener, SSL_CTX *tls)
{
	struct peer *peer;
	int fd;

	while ((fd = accept4(listener, NULL, NULL,
		    SOCK_NONBLOCK | SOCK_CLOEXEC)) != -1) {
		if ((peer = calloc(1, sizeof(*peer))) == NULL)
			err(EX_OSERR, "calloc");
		if (link_accept(&peer->link, epoll, peer, tls, fd) != 0)
			free(peer);
	}
}

static int
peer_work(struct peer *peer, uint32_t events)
{
	struct link *link = &peer->link;
	int error;

	if (!peer->secured) {
		if ((error = link_handshake(link)) != 1)
			return error;
		/* The first block may have come with the handshake's end. */
		peer->secured = true;
	}
	if ((events & EPOLLOUT) != 0 && (error = link_flush(link)) != 0)
		return error;
	if ((error = link_read(link)) != 0)
		return error;
	if (link->in_length == 0)
		return 0;
	if ((error = link_send(link, link->in, link->in_length)) == 0)
		link_taken(link, link->in_length);
	return error;
}

int
main(int argc, char **argv)
{
	struct epoll_event events[EVENTS];
	struct rlimit files;
	struct peer *peer;
	SSL_CTX *tls;
	int epoll, listener, n;

	if (argc != 3)
		errx(EX_USAGE, "usage: echo certificate key");
	tls = read_context(argv[1], argv[2]);
	signal(SIGPIPE, SIG_IGN);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	if ((epoll = epoll_create1(EPOLL_CLOEXEC)) == -1)
		err(EX_OSERR, "epoll");
	listener = listen_loopback(epoll);
	for (;;) {
		n = epoll_wait(epoll, events, EVENTS, -1);
		if (n == -1 && errno != EINTR)
			err(EX_OSERR, "epoll");
		for (int i = 0; i < n; i++) {
			if ((peer = events[i].data.ptr) == NULL) {
				accept_all(epoll, listener, tls);
			} else if (peer_work(peer, events[i].events) != 0) {
				link_close(&peer->link);
				free(peer);
			}
		}
	}
}
