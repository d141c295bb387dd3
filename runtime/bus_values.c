/* Reads what events of host.bus hold: the properties of a unit worth knowing (org.freedesktop.systemd1(5)), and lists
 * of units. What says nothing (an empty text, no process, a figure that is not measured) is passed over. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bus.h"
#include "systemd.h"

#define UNIT "org.freedesktop.systemd1.Unit"
#define SERVICE "org.freedesktop.systemd1.Service"

typedef enum Kind { TEXT, ID, TIME, MEASURE, FLAG, JOB, PID, COUNT, CODE } Kind;

static const char *const signatures[] = {
    [TEXT] = "s", [ID] = "ay",  [TIME] = "t",  [MEASURE] = "t", [FLAG] = "b",
    [JOB] = "(uo)", [PID] = "u", [COUNT] = "u", [CODE] = "i",
};

static const struct {
    const char *name, *interface;
    Kind kind;
} known[] = {
    {"Id", UNIT, TEXT},
    {"LoadState", UNIT, TEXT},
    {"ActiveState", UNIT, TEXT},
    {"SubState", UNIT, TEXT},
    {"UnitFileState", UNIT, TEXT},
    {"InvocationID", UNIT, ID},
    {"ActiveEnterTimestamp", UNIT, TIME},
    {"InactiveEnterTimestamp", UNIT, TIME},
    {"NeedDaemonReload", UNIT, FLAG},
    {"Job", UNIT, JOB},
    {"MainPID", SERVICE, PID},
    {"Result", SERVICE, TEXT},
    {"ExecMainCode", SERVICE, CODE},
    {"ExecMainStatus", SERVICE, CODE},
    {"NRestarts", SERVICE, COUNT},
    {"MemoryCurrent", SERVICE, MEASURE},
    {"MemoryPeak", SERVICE, MEASURE},
    {"CPUUsageNSec", SERVICE, MEASURE},
    {"ControlGroup", SERVICE, TEXT},
};

#define KNOWN (sizeof known / sizeof *known)

static size_t find(const char *name) {
    size_t i = 0;
    while (i < KNOWN && strcmp(known[i].name, name) != 0) i++;
    return i;
}

const char *bus_property_interface(const char *name, const char **ret_name) {
    size_t i = find(name);
    if (i == KNOWN) return NULL;
    *ret_name = known[i].name;
    return known[i].interface;
}

static bool take_text(BusProperty *property, const char *text) {
    property->type = BUS_STRING;
    property->string = text;
    return *text != '\0';
}

static bool take_integer(BusProperty *property, int64_t integer) {
    property->type = BUS_INTEGER;
    property->integer = integer;
    return true;
}

/* A unit that was never started has an empty one. */
static int read_id(sd_bus_message *body, BusProperty *property) {
    const uint8_t *bytes = NULL;
    size_t length = 0;
    int result = systemd.sd_bus_message_read_array(body, 'y', (const void **)&bytes, &length);
    if (result < 0 || length != 16) return result < 0 ? result : 0;
    for (size_t i = 0; i < length; i++) snprintf(property->hex + 2 * i, 3, "%02x", bytes[i]);
    return take_text(property, property->hex);
}

static int read_number(sd_bus_message *body, Kind kind, BusProperty *property) {
    union {
        uint64_t t;
        uint32_t u;
        int32_t i;
        int b;
    } value = {0};
    const char *path = NULL;
    int result = kind == JOB ? systemd.sd_bus_message_read(body, "(uo)", &value.u, &path)
                             : systemd.sd_bus_message_read(body, signatures[kind], &value);
    if (result < 0) return result;
    switch (kind) {
    case TIME: return value.t != 0 && take_integer(property, (int64_t)value.t);
    case MEASURE: return value.t != UINT64_MAX && take_integer(property, (int64_t)value.t);
    case JOB:
    case PID: return value.u != 0 && take_integer(property, value.u);
    case COUNT: return take_integer(property, value.u);
    case CODE: return take_integer(property, value.i);
    default: break;
    }
    take_integer(property, value.b != 0);
    property->type = BUS_BOOLEAN;
    return 1;
}

static int read_value(sd_bus_message *body, Kind kind, BusProperty *property) {
    const char *text = NULL;
    if (kind == ID) return read_id(body, property);
    if (kind != TEXT) return read_number(body, kind, property);
    int result = systemd.sd_bus_message_read(body, "s", &text);
    return result < 0 ? result : take_text(property, text);
}

/* 1 when the property is known and says something, else 0. One of another type than expected is passed over. */
static int read_variant(sd_bus_message *body, BusProperty *property) {
    size_t i = find(property->name);
    int entered = i < KNOWN ? systemd.sd_bus_message_enter_container(body, 'v', signatures[known[i].kind])
                            : -ENXIO;
    if (entered == -ENXIO) return systemd.sd_bus_message_skip(body, "v") < 0 ? -EBADMSG : 0;
    if (entered < 0) return entered;
    int told = read_value(body, known[i].kind, property);
    if (told < 0) return told;
    int result = systemd.sd_bus_message_exit_container(body);
    return result < 0 ? result : told;
}

int bus_read_property(const BusEvent *event, BusProperty *ret_property) {
    ret_property->name = event->text;
    return read_variant(event->body, ret_property);
}

int bus_next_property(const BusEvent *event, BusProperty *ret_property) {
    for (;;) {
        int result = systemd.sd_bus_message_enter_container(event->body, 'e', "sv");
        if (result <= 0) return result;
        int told = systemd.sd_bus_message_read(event->body, "s", &ret_property->name);
        if (told >= 0) told = read_variant(event->body, ret_property);
        if (told < 0) return told;
        result = systemd.sd_bus_message_exit_container(event->body);
        if (result < 0 || told) return result < 0 ? result : 1;
    }
}

int bus_next_unit(const BusEvent *event, BusUnit *ret_unit) {
    const char *description = NULL, *following = NULL, *path = NULL, *job_type = NULL, *job = NULL;
    uint32_t id = 0;
    return systemd.sd_bus_message_read(event->body, "(ssssssouso)", &ret_unit->name, &description,
                                       &ret_unit->load, &ret_unit->active, &ret_unit->sub, &following,
                                       &path, &id, &job_type, &job);
}
