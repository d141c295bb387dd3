/* The engine of host.bus. Matches are installed before anything that they must not miss is asked for; the bus keeps
 * the order. Any user may send a signal to a connection, so one is believed only from systemd's own unique name. */
#include "bus.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "systemd.h"

#define SYSTEMD_NAME "org.freedesktop.systemd1"
#define SYSTEMD_PATH "/org/freedesktop/systemd1"
#define UNIT_PATH SYSTEMD_PATH "/unit"
#define MANAGER SYSTEMD_NAME ".Manager"
#define BUS_NAME "org.freedesktop.DBus"
#define BUS_PATH "/org/freedesktop/DBus"
#define PROPERTIES BUS_NAME ".Properties"
#define UNIQUE_NAME_MAX 255
#define SENT_MAX 100     /* dbus-daemon(1) keeps 128 unanswered calls of a connection and refuses more */
#define WAITING_MAX 8192 /* calls that wait for others to be answered */

typedef struct Call {
    struct Call *next;
    Bus *bus;
    sd_bus_message *message;
    sd_bus_message_handler_t handler;
    const char *property;
    uint64_t token;
} Call;

struct Bus {
    sd_bus *connection;
    sd_bus_message *current; /* what the last event points into */
    sd_bus_message *refusal; /* why a match was not installed */
    char *unit;              /* of the last event, decoded */
    Call *first, **end;      /* not sent yet */
    unsigned sent, waiting;
    uint64_t last_token;
    BusEvent reply; /* to be told */
    bool matched;
    int failure; /* a call was not sent that was promised to be */
    char owner[UNIQUE_NAME_MAX + 1]; /* systemd's unique name, "" when it has none */
};

static void scope_message(sd_bus_message **message) { systemd.sd_bus_message_unref(*message); }
#define scoped_message __attribute__((cleanup(scope_message)))

/* ---- connection ---- */

static int connect_to(const char *address, sd_bus **ret_connection) {
    if (!address) return systemd.sd_bus_open_system(ret_connection);
    sd_bus *connection = NULL;
    int result = systemd.sd_bus_new(&connection);
    if (result >= 0) result = systemd.sd_bus_set_address(connection, address);
    if (result >= 0) result = systemd.sd_bus_set_bus_client(connection, 1);
    if (result >= 0) result = systemd.sd_bus_start(connection);
    if (result >= 0)
        *ret_connection = connection;
    else if (connection)
        systemd.sd_bus_close_unref(connection);
    return result;
}

int bus_open(const char *address, Bus **ret_bus) {
    int result = systemd_load();
    if (result < 0) return result;
    Bus *bus = calloc(1, sizeof *bus);
    if (!bus) return -ENOMEM;
    bus->end = &bus->first;
    result = connect_to(address, &bus->connection);
    if (result < 0) {
        free(bus);
        return result;
    }
    *ret_bus = bus;
    return 0;
}

static void drop_event(Bus *bus) {
    bus->current = systemd.sd_bus_message_unref(bus->current);
    free(bus->unit);
    bus->unit = NULL;
    bus->reply = (BusEvent){0};
}

static void free_call(void *userdata) {
    Call *call = userdata;
    systemd.sd_bus_message_unref(call->message);
    free(call);
}

/* Calls that were sent go with the connection. */
void bus_free(Bus *bus) {
    drop_event(bus);
    for (Call *call = bus->first, *next = NULL; call; call = next) {
        next = call->next;
        free_call(call);
    }
    systemd.sd_bus_message_unref(bus->refusal);
    systemd.sd_bus_close_unref(bus->connection);
    free(bus);
}

int bus_fd(Bus *bus) { return systemd.sd_bus_get_fd(bus->connection); }

int bus_events(Bus *bus) { return systemd.sd_bus_get_events(bus->connection); }

int64_t bus_timeout(Bus *bus) {
    uint64_t due = 0;
    if (systemd.sd_bus_get_timeout(bus->connection, &due) < 0) return 0; /* bus_step tells that it is lost */
    if (due == UINT64_MAX) return -1;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    uint64_t present = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
    return due <= present ? 0 : (int64_t)((due - present + 999) / 1000);
}

/* ---- calls ---- */

/* The event is made of the answer by bus_step. */
static int on_reply(sd_bus_message *reply, void *userdata, sd_bus_error *error) {
    (void)error;
    const Call *call = userdata;
    Bus *bus = call->bus;
    bus->sent--;
    bus->current = systemd.sd_bus_message_ref(reply);
    bus->reply = (BusEvent){.kind = BUS_REPLY, .token = call->token, .text = call->property};
    return 1;
}

static int on_owner(sd_bus_message *reply, void *userdata, sd_bus_error *error) {
    (void)error;
    Bus *bus = ((const Call *)userdata)->bus;
    const char *owner = NULL;
    bool known = !systemd.sd_bus_message_get_error(reply) &&
                 systemd.sd_bus_message_read(reply, "s", &owner) > 0;
    strncpy(bus->owner, known ? owner : "", UNIQUE_NAME_MAX);
    bus->sent--;
    return 1;
}

static int on_match(sd_bus_message *reply, void *userdata, sd_bus_error *error) {
    (void)error;
    Bus *bus = ((const Call *)userdata)->bus;
    if (systemd.sd_bus_message_get_error(reply) && !bus->refusal)
        bus->refusal = systemd.sd_bus_message_ref(reply);
    bus->sent--;
    return 1;
}

/* Without its matches a subscription is none. */
static int on_subscribed(sd_bus_message *reply, void *userdata, sd_bus_error *error) {
    Bus *bus = ((const Call *)userdata)->bus;
    on_reply(reply, userdata, error);
    if (!bus->refusal) return 1;
    systemd.sd_bus_message_unref(bus->current);
    bus->current = bus->refusal;
    bus->refusal = NULL;
    bus->matched = false;
    return 1;
}

/* The call goes with its slot, whether it is answered or the connection ends first. */
static int transmit(Bus *bus, Call *call) {
    sd_bus_slot *slot = NULL;
    int result =
        systemd.sd_bus_call_async(bus->connection, &slot, call->message, call->handler, call, 0);
    if (result < 0) return result;
    call->message = systemd.sd_bus_message_unref(call->message);
    systemd.sd_bus_slot_set_destroy_callback(slot, free_call);
    systemd.sd_bus_slot_set_floating(slot, 1);
    systemd.sd_bus_slot_unref(slot);
    bus->sent++;
    return 0;
}

static int transmit_waiting(Bus *bus) {
    int result = 0;
    while (result == 0 && bus->first && bus->sent < SENT_MAX) {
        Call *call = bus->first;
        bus->first = call->next;
        if (!bus->first) bus->end = &bus->first;
        bus->waiting--;
        result = transmit(bus, call);
        if (result < 0) free_call(call);
    }
    return result;
}

/* Takes a reference of the message of its own. */
static int send_call(Bus *bus, sd_bus_message *message, sd_bus_message_handler_t handler,
                     const char *property, uint64_t *ret_token) {
    if (bus->waiting >= WAITING_MAX) return -ENOBUFS;
    Call *call = malloc(sizeof *call);
    if (!call) return -ENOMEM;
    *call = (Call){.bus = bus, .message = systemd.sd_bus_message_ref(message), .handler = handler,
                   .property = property, .token = ++bus->last_token};
    *ret_token = call->token;
    *bus->end = call;
    bus->end = &call->next;
    bus->waiting++;
    return transmit_waiting(bus);
}

static int manager_call(Bus *bus, const char *member, sd_bus_message **ret_call) {
    return systemd.sd_bus_message_new_method_call(bus->connection, ret_call, SYSTEMD_NAME, SYSTEMD_PATH,
                                                  MANAGER, member);
}

/* Ask the bus itself. */
static int send_to_bus(Bus *bus, const char *member, const char *argument,
                       sd_bus_message_handler_t handler) {
    scoped_message sd_bus_message *call = NULL;
    uint64_t token = 0;
    int result = systemd.sd_bus_message_new_method_call(bus->connection, &call, BUS_NAME, BUS_PATH,
                                                        BUS_NAME, member);
    if (result >= 0) result = systemd.sd_bus_message_append(call, "s", argument);
    return result < 0 ? result : send_call(bus, call, handler, NULL, &token);
}

static int install_matches(Bus *bus) {
    static const char *const matches[] = {
        "type='signal',sender='" BUS_NAME "',interface='" BUS_NAME "',member='NameOwnerChanged',"
        "arg0='" SYSTEMD_NAME "'",
        "type='signal',sender='" SYSTEMD_NAME "',interface='" MANAGER "',member='JobRemoved'",
        "type='signal',sender='" SYSTEMD_NAME "',interface='" MANAGER "',member='Reloading'",
        "type='signal',sender='" SYSTEMD_NAME "',interface='" PROPERTIES "',"
        "member='PropertiesChanged',path_namespace='" UNIT_PATH "'",
    };
    for (size_t i = 0; i < sizeof matches / sizeof *matches; i++) {
        int result = send_to_bus(bus, "AddMatch", matches[i], on_match);
        if (result < 0) return result;
    }
    bus->matched = true;
    return send_to_bus(bus, "GetNameOwner", SYSTEMD_NAME, on_owner);
}

int bus_subscribe(Bus *bus, uint64_t *ret_token) {
    scoped_message sd_bus_message *call = NULL;
    int result = bus->matched ? 0 : install_matches(bus);
    if (result >= 0) result = manager_call(bus, "Subscribe", &call);
    return result < 0 ? result : send_call(bus, call, on_subscribed, NULL, ret_token);
}

int bus_unit(Bus *bus, BusVerb verb, const char *unit, uint64_t *ret_token) {
    static const struct {
        const char *member;
        bool has_mode;
    } methods[] = {
        [BUS_START] = {"StartUnit", true},
        [BUS_STOP] = {"StopUnit", true},
        [BUS_RESET_FAILED] = {"ResetFailedUnit", false},
        [BUS_ENABLED] = {"GetUnitFileState", false},
    };
    scoped_message sd_bus_message *call = NULL;
    int result = manager_call(bus, methods[verb].member, &call);
    if (result >= 0) result = systemd.sd_bus_message_append(call, "s", unit);
    if (result >= 0 && methods[verb].has_mode)
        result = systemd.sd_bus_message_append(call, "s", "replace");
    return result < 0 ? result : send_call(bus, call, on_reply, NULL, ret_token);
}

int bus_list(Bus *bus, const char *pattern, uint64_t *ret_token) {
    scoped_message sd_bus_message *call = NULL;
    int result = manager_call(bus, "ListUnitsByPatterns", &call);
    if (result >= 0) result = systemd.sd_bus_message_append(call, "asas", 0, 1, pattern);
    return result < 0 ? result : send_call(bus, call, on_reply, NULL, ret_token);
}

static int unit_call(Bus *bus, const char *unit, const char *member, sd_bus_message **ret_call) {
    char *path = NULL;
    int result = systemd.sd_bus_path_encode(UNIT_PATH, unit, &path);
    if (result >= 0)
        result = systemd.sd_bus_message_new_method_call(bus->connection, ret_call, SYSTEMD_NAME, path,
                                                        PROPERTIES, member);
    free(path);
    return result;
}

/* Properties of all interfaces in one answer: what belongs together is of one moment. */
int bus_properties(Bus *bus, const char *unit, uint64_t *ret_token) {
    scoped_message sd_bus_message *call = NULL;
    int result = unit_call(bus, unit, "GetAll", &call);
    if (result >= 0) result = systemd.sd_bus_message_append(call, "s", "");
    return result < 0 ? result : send_call(bus, call, on_reply, NULL, ret_token);
}

int bus_property(Bus *bus, const char *unit, const char *name, uint64_t *ret_token) {
    scoped_message sd_bus_message *call = NULL;
    const char *known = NULL, *interface = bus_property_interface(name, &known);
    int result = unit_call(bus, unit, "Get", &call);
    if (result >= 0) result = systemd.sd_bus_message_append(call, "ss", interface, known);
    return result < 0 ? result : send_call(bus, call, on_reply, known, ret_token);
}

/* ---- events ---- */

static bool is_from(sd_bus_message *message, const char *name) {
    const char *sender = systemd.sd_bus_message_get_sender(message);
    return sender && *name && strcmp(sender, name) == 0;
}

static int read_reply(Bus *bus, BusEvent *event) {
    const sd_bus_error *error = systemd.sd_bus_message_get_error(bus->current);
    if (error) {
        event->error = error->name;
        event->message = error->message ? error->message : error->name;
        return 1;
    }
    const char *signature = systemd.sd_bus_message_get_signature(bus->current, 1);
    if (!*signature) return 1;
    if (strcmp(signature, "v") == 0) {
        event->value = BUS_PROPERTY;
        return 1;
    }
    if (strcmp(signature, "a{sv}") == 0) {
        event->value = BUS_PROPERTIES;
        return systemd.sd_bus_message_enter_container(bus->current, 'a', "{sv}");
    }
    if (*signature == 'a') {
        event->value = BUS_LIST;
        return systemd.sd_bus_message_enter_container(bus->current, 'a', "(ssssssouso)");
    }
    event->value = BUS_TEXT;
    return systemd.sd_bus_message_read(bus->current, *signature == 'o' ? "o" : "s", &event->text);
}

static int read_owner_change(Bus *bus, BusEvent *event) {
    const char *name = NULL, *old = NULL, *new = NULL;
    int result = systemd.sd_bus_message_read(bus->current, "sss", &name, &old, &new);
    if (result <= 0 || strcmp(name, SYSTEMD_NAME) != 0) return result;
    strncpy(bus->owner, new, UNIQUE_NAME_MAX);
    event->kind = BUS_MANAGER;
    event->text = *new ? "back" : "gone";
    return 1;
}

static int read_job(Bus *bus, BusEvent *event) {
    uint32_t id = 0;
    event->kind = BUS_JOB;
    return systemd.sd_bus_message_read(bus->current, "uoss", &id, &event->job, &event->unit,
                                       &event->result);
}

static int read_reloading(Bus *bus, BusEvent *event) {
    int begins = 0;
    int result = systemd.sd_bus_message_read(bus->current, "b", &begins);
    if (result <= 0 || begins) return result;
    event->kind = BUS_MANAGER;
    event->text = "reloaded";
    return 1;
}

/* Other units change too; their paths are not even decoded. */
static int read_unit_change(Bus *bus, BusEvent *event) {
    static const char *const ours[] = {UNIT_PATH "/left4me_2d", UNIT_PATH "/build_2doverlay_40"};
    const char *path = systemd.sd_bus_message_get_path(bus->current);
    if (strncmp(path, ours[0], strlen(ours[0])) != 0 && strncmp(path, ours[1], strlen(ours[1])) != 0)
        return 1;
    int result = systemd.sd_bus_path_decode(path, UNIT_PATH, &bus->unit);
    if (result > 0) result = systemd.sd_bus_message_skip(bus->current, "s");
    if (result >= 0) result = systemd.sd_bus_message_enter_container(bus->current, 'a', "{sv}");
    event->kind = BUS_UNIT;
    event->unit = bus->unit;
    return result;
}

static int read_signal(Bus *bus, BusEvent *event) {
    sd_bus_message *signal = bus->current;
    if (systemd.sd_bus_message_is_signal(signal, BUS_NAME, "NameOwnerChanged") > 0)
        return is_from(signal, BUS_NAME) ? read_owner_change(bus, event) : 1;
    if (!is_from(signal, bus->owner)) return 1;
    if (systemd.sd_bus_message_is_signal(signal, MANAGER, "JobRemoved") > 0)
        return read_job(bus, event);
    if (systemd.sd_bus_message_is_signal(signal, MANAGER, "Reloading") > 0)
        return read_reloading(bus, event);
    if (systemd.sd_bus_message_is_signal(signal, PROPERTIES, "PropertiesChanged") > 0)
        return read_unit_change(bus, event);
    return 1;
}

int bus_step(Bus *bus, BusEvent *ret_event) {
    drop_event(bus);
    if (bus->failure < 0) return bus->failure;
    sd_bus_message *message = NULL;
    int worked = systemd.sd_bus_process(bus->connection, &message);
    if (worked <= 0) return worked;
    if (systemd.sd_bus_is_open(bus->connection)) bus->failure = transmit_waiting(bus);
    BusEvent event = bus->reply;
    int result = 1;
    if (event.kind == BUS_REPLY) {
        result = read_reply(bus, &event);
    } else if (message) {
        bus->current = message;
        result = read_signal(bus, &event);
    }
    if (result < 0 && event.kind == BUS_REPLY) {
        event.error = BUS_NAME ".Error.InvalidSignature";
        event.message = "the answer has another form than expected";
    } else if (result < 0) {
        event = (BusEvent){0};
    }
    event.body = bus->current;
    *ret_event = event;
    return 1;
}
