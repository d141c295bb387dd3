/* libsystemd, loaded when a state first needs it: what never talks to systemd pays nothing for it (over a
 * millisecond of each start). `systemd.sd_bus_new(…)` is sd_bus_new(…). */
#ifndef LEFT4ME_SYSTEMD_H
#define LEFT4ME_SYSTEMD_H

#include <systemd/sd-bus.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-id128.h>
#include <systemd/sd-journal.h>

#define SYSTEMD_FUNCTIONS(X)                                                                       \
    X(sd_bus_call_async)                                                                           \
    X(sd_bus_close_unref)                                                                          \
    X(sd_bus_get_events)                                                                           \
    X(sd_bus_get_fd)                                                                               \
    X(sd_bus_get_timeout)                                                                          \
    X(sd_bus_is_open)                                                                              \
    X(sd_bus_message_append)                                                                       \
    X(sd_bus_message_enter_container)                                                              \
    X(sd_bus_message_exit_container)                                                               \
    X(sd_bus_message_get_error)                                                                    \
    X(sd_bus_message_get_path)                                                                     \
    X(sd_bus_message_get_sender)                                                                   \
    X(sd_bus_message_get_signature)                                                                \
    X(sd_bus_message_is_signal)                                                                    \
    X(sd_bus_message_new_method_call)                                                              \
    X(sd_bus_message_read)                                                                         \
    X(sd_bus_message_read_array)                                                                   \
    X(sd_bus_message_ref)                                                                          \
    X(sd_bus_message_skip)                                                                         \
    X(sd_bus_message_unref)                                                                        \
    X(sd_bus_new)                                                                                  \
    X(sd_bus_open_system)                                                                          \
    X(sd_bus_path_decode)                                                                          \
    X(sd_bus_path_encode)                                                                          \
    X(sd_bus_process)                                                                              \
    X(sd_bus_set_address)                                                                          \
    X(sd_bus_set_bus_client)                                                                       \
    X(sd_bus_slot_set_destroy_callback)                                                            \
    X(sd_bus_slot_set_floating)                                                                    \
    X(sd_bus_slot_unref)                                                                           \
    X(sd_bus_start)                                                                                \
    X(sd_id128_get_machine)                                                                        \
    X(sd_id128_to_string)                                                                          \
    X(sd_journal_add_disjunction)                                                                  \
    X(sd_journal_add_match)                                                                        \
    X(sd_journal_close)                                                                            \
    X(sd_journal_enumerate_available_data)                                                         \
    X(sd_journal_flush_matches)                                                                    \
    X(sd_journal_get_cursor)                                                                       \
    X(sd_journal_get_data)                                                                         \
    X(sd_journal_get_fd)                                                                           \
    X(sd_journal_get_realtime_usec)                                                                \
    X(sd_journal_get_timeout)                                                                      \
    X(sd_journal_next)                                                                             \
    X(sd_journal_open)                                                                             \
    X(sd_journal_open_directory)                                                                   \
    X(sd_journal_open_files)                                                                       \
    X(sd_journal_previous)                                                                         \
    X(sd_journal_process)                                                                          \
    X(sd_journal_restart_data)                                                                     \
    X(sd_journal_seek_cursor)                                                                      \
    X(sd_journal_seek_head)                                                                        \
    X(sd_journal_seek_tail)                                                                        \
    X(sd_journal_set_data_threshold)                                                               \
    X(sd_journal_test_cursor)                                                                      \
    X(sd_notify)

typedef struct Systemd {
#define SYSTEMD_POINTER(name) __typeof__(&(name)) name;
    SYSTEMD_FUNCTIONS(SYSTEMD_POINTER)
#undef SYSTEMD_POINTER
} Systemd;

extern Systemd systemd;

/* Call before using the table, as often as you like, from any thread. Returns 0 or -ELIBACC. */
int systemd_load(void);

#endif
