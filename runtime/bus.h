/* Talking to systemd's manager over D-Bus (org.freedesktop.systemd1(5)) without waiting: calls are sent, and
 * their answers and signals are pulled one by one. One thread at a time. */
#ifndef LEFT4ME_BUS_H
#define LEFT4ME_BUS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct Bus Bus;

/* What one step brought. Every pointer is good until the next step. */
typedef struct BusEvent {
    enum { BUS_NOTHING, BUS_REPLY, BUS_JOB, BUS_UNIT, BUS_MANAGER } kind;
    uint64_t token;                           /* BUS_REPLY */
    const char *error, *message;              /* BUS_REPLY that is a D-Bus error, else NULL */
    enum { BUS_DONE, BUS_TEXT, BUS_PROPERTY, BUS_PROPERTIES, BUS_LIST } value; /* BUS_REPLY that is none */
    const char *text;         /* BUS_TEXT; BUS_PROPERTY: its name; BUS_MANAGER: "reloaded", "gone", "back" */
    const char *job, *result; /* BUS_JOB */
    const char *unit;         /* BUS_JOB, BUS_UNIT */
    struct sd_bus_message *body; /* for bus_next_property, bus_next_unit */
} BusEvent;

typedef struct BusProperty {
    const char *name;
    enum { BUS_STRING, BUS_INTEGER, BUS_BOOLEAN } type;
    const char *string;
    int64_t integer; /* also the boolean */
    char hex[33];
} BusProperty;

typedef struct BusUnit {
    const char *name, *load, *active, *sub;
} BusUnit;

typedef enum BusVerb { BUS_START, BUS_STOP, BUS_RESET_FAILED, BUS_ENABLED } BusVerb;

/* NULL: the system bus. Returns 0 or a negative errno. */
int bus_open(const char *address, Bus **ret_bus);
void bus_free(Bus *bus);

/* The descriptor to wait for, and poll(2) events to wait for on it; negative errno once the connection is lost. */
int bus_fd(Bus *bus);
int bus_events(Bus *bus);
/* Milliseconds until bus_step has work even so, -1: none. */
int64_t bus_timeout(Bus *bus);

/* Each sends and returns 0 with the token of the answer to come, or a negative errno. */
int bus_subscribe(Bus *bus, uint64_t *ret_token);
int bus_unit(Bus *bus, BusVerb verb, const char *unit, uint64_t *ret_token);
int bus_properties(Bus *bus, const char *unit, uint64_t *ret_token);
/* The name must be one that bus_property_interface knows. */
int bus_property(Bus *bus, const char *unit, const char *name, uint64_t *ret_token);
int bus_list(Bus *bus, const char *pattern, uint64_t *ret_token);

/* One step of work without blocking: 1 worked, perhaps bringing an event; 0 nothing to do; negative errno: the
 * connection is lost. */
int bus_step(Bus *bus, BusEvent *ret_event);
/* The D-Bus interface that has the property, and its name for good; NULL when it is unknown. */
const char *bus_property_interface(const char *name, const char **ret_name);
/* The one of a BUS_PROPERTY: 1, 0 when it says nothing, negative errno for what cannot be read. */
int bus_read_property(const BusEvent *event, BusProperty *ret_property);
/* Next of a BUS_UNIT or BUS_PROPERTIES; of a BUS_LIST. 1, 0 at the end, negative errno for what cannot be read. */
int bus_next_property(const BusEvent *event, BusProperty *ret_property);
int bus_next_unit(const BusEvent *event, BusUnit *ret_unit);

#endif
