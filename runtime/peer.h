/* Finds the sockets of CivetWeb connections, which its interface keeps to itself. */
#ifndef LEFT4ME_PEER_H
#define LEFT4ME_PEER_H

#include <civetweb.h>
#include <stdbool.h>

/* The connection's socket, or -1; that also when there are two like it, because a client talks from
 * one port to two addresses of ours: CivetWeb does not tell which this is. It stays CivetWeb's: only
 * look and send, and only within the handler. */
int peer_socket(const struct mg_connection *conn);
/* Whether the client closed the connection. */
bool peer_gone(int fd);
/* Stop listening on the port and reading from its connections, so that threads waiting there return
 * now. */
void peer_shut_all(int port);

#endif
